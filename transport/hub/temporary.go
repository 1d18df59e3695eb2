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

func (a *Accounts) confirm(ctx context.Context, address, name string) (collection.UserID, []string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	user, err := a.ByAddress(ctx, address)
	if err != nil {
		return user, nil, err
	}
	p, err := a.Person(ctx, user)
	if err != nil || !p.Temporary {
		return user, nil, err
	}
	var changes []transport.Change
	for _, address := range p.Addresses {
		changes = append(changes, transport.Change{Key: records.Joined.Key(records.HashOf(address)), Value: user[:]})
	}
	own := Person{Name: name, Addresses: p.Addresses}
	return user, own.Addresses, record.Set(ctx, a.store, records.Person.Key(user), own, changes...)
}

// userFor returns the user that a person is to be: the one of a temporary account
// that one of the addresses has, whose addresses are added to p, or a new one.
func (a *Accounts) userFor(ctx context.Context, p *Person) (collection.UserID, error) {
	var user collection.UserID
	for _, address := range p.Addresses {
		owner, err := a.ByAddress(ctx, address)
		if errors.Is(err, transport.ErrNotFound) {
			continue
		}
		if err != nil {
			return user, err
		}
		known, err := a.Person(ctx, owner)
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
func (a *Accounts) member(ctx context.Context, user collection.UserID) error {
	p, err := a.Person(ctx, user)
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
func (a *Accounts) writesTo(ctx context.Context, user collection.UserID) (string, error) {
	p, _, err := record.Load[Person](ctx, a.store, records.Person.Key(user))
	if err != nil || !p.Temporary || len(p.Addresses) == 0 {
		return "", err
	}
	return p.Addresses[0], nil
}
