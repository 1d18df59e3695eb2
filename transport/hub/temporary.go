package hub

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Temporary returns the user of an address, for whom a temporary account is made
// if there is none. Things can be shared with the user at once; the person
// takes the account over with [Accounts.Confirm] or [Accounts.Register]. The
// error wraps collection.ErrAddress if it is no address.
func (a *Accounts) Temporary(ctx context.Context, address string) (collection.UserID, error) {
	user, err := a.ByAddress(ctx, address)
	if !errors.Is(err, transport.ErrNotFound) {
		return user, err
	}
	user, err = a.Register(ctx, Person{Addresses: []string{address}, Temporary: true})
	if errors.Is(err, ErrTaken) {
		return a.ByAddress(ctx, address) // made by somebody else meanwhile
	}
	return user, err
}

// Confirm makes the temporary account of an address the person's own, without
// another registration: the program has found the address to be that of the person,
// who is called name. From then on credentials can be issued for the user, who
// reads all that was shared with it and gets no more mail. An account that is
// the person's already stays as it is. The error wraps transport.ErrNotFound if
// the address has no account.
func (a *Accounts) Confirm(ctx context.Context, address, name string) (collection.UserID, error) {
	user, addresses, err := a.confirm(ctx, address, name)
	if err == nil {
		a.joined(ctx, addresses)
	}
	return user, err
}

// confirm is Confirm without what follows from it, and returns the addresses that have
// become the user's.
func (a *Accounts) confirm(ctx context.Context, address, name string) (user collection.UserID, addresses []string, err error) {
	normal, err := collection.NormalAddress(address)
	if err != nil {
		return user, nil, err
	}
	_, err = record.Update(ctx, a.store, func(tx *record.Tx) error {
		addresses = nil
		if user, err = userOf(ctx, tx, normal); err != nil {
			return err
		}
		p, err := person(ctx, tx, user)
		if err != nil || !p.Temporary {
			return err
		}
		addresses = p.Addresses
		for _, address := range addresses {
			tx.Set(records.Joined.Key(records.HashOf(address)), user[:])
		}
		return tx.Encode(records.Person.Key(user), Person{Name: name, Addresses: addresses})
	})
	return user, addresses, err
}

// userFor returns the user that a person is to be: the one of a temporary account
// that one of the addresses has, whose addresses are added to p, or a new one.
func (a *Accounts) userFor(ctx context.Context, tx *record.Tx, p *Person) (collection.UserID, error) {
	var user collection.UserID
	for _, address := range p.Addresses {
		owner, err := userOf(ctx, tx, address)
		if errors.Is(err, transport.ErrNotFound) {
			continue
		}
		if err != nil {
			return user, err
		}
		known, err := person(ctx, tx, owner)
		if err != nil {
			return user, err
		}
		if !known.Temporary || p.Temporary || !user.IsZero() && user != owner {
			return user, ErrTaken
		}
		user = owner
		p.Addresses = union(p.Addresses, known.Addresses)
	}
	if !user.IsZero() {
		return user, nil
	}
	_, err := io.ReadFull(a.random, user[:])
	return user, err
}

// member refuses those who have no account of their own.
func member(ctx context.Context, tx *record.Tx, user collection.UserID) error {
	p, err := person(ctx, tx, user)
	if err == nil && p.Temporary {
		return transport.At(transport.ErrForbidden, "the account is temporary")
	}
	return err
}

// normalAddresses returns the addresses in their normal form, each once.
func normalAddresses(addresses []string) ([]string, error) {
	var out []string
	for _, address := range addresses {
		normal, err := collection.NormalAddress(address)
		if err != nil {
			return nil, err
		}
		out = union(out, []string{normal})
	}
	return out, nil
}

// union adds to a what only b has.
func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// writesTo returns the address at which a temporary account's person is written
// to; none for all others.
func writesTo(ctx context.Context, from record.Getter, user collection.UserID) (string, error) {
	p, _, err := record.Load[Person](ctx, from, records.Person.Key(user))
	if err != nil || !p.Temporary || len(p.Addresses) == 0 {
		return "", err
	}
	return p.Addresses[0], nil
}
