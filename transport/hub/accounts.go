package hub

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Person is who registers.
type Person struct {
	Name      string   `cbor:"1,keyasint,omitempty"`
	Addresses []string `cbor:"2,keyasint,omitempty"` // mail addresses, found to be the person's
	// Temporary says that the account was made for somebody else's sake, by the
	// address to write to, and that the person has not taken it over yet.
	Temporary bool `cbor:"3,keyasint,omitempty"`
}

// Accounts keeps users and their credentials: a camera and a home computer are
// two credentials of one account, each with a token and a key under one name, and
// each revocable by itself. It implements transport.Directory. It is safe for
// concurrent use.
//
// Every change is a transaction: what it rests on is a condition of it, that there is
// no such record among that. So an address, a token or a key is one user's, whatever
// number of processes share the store.
//
// Tokens are stored as SHA-256 hashes only. An address is found by its hash, and
// stands in clear in its person's record, since a temporary account is written to
// there.
type Accounts struct {
	store  transport.Store
	signer *signature.Signer
	keys   *keys
	now    func() time.Time
	random io.Reader

	joined func(ctx context.Context, addresses []string)           // is told of addresses that have become a user's
	left   func(ctx context.Context, user collection.UserID) error // removes all of a user who was deleted
}

var _ transport.Directory = (*Accounts)(nil)

// ErrTaken says that an address, a credential or a key is in use already.
var ErrTaken = fmt.Errorf("%w: in use already", transport.ErrConflict)

// Register makes a new user; or, where one of the addresses has a temporary
// account, makes that account the person's own: the user stays the same, and
// so does all that was shared with it. Addresses are those that the program has
// found to be the person's. The errors wrap ErrTaken if an address is another
// user's, or two of them have temporary accounts, or collection.ErrAddress.
func (a *Accounts) Register(ctx context.Context, p Person) (collection.UserID, error) {
	var err error
	if p.Addresses, err = normalAddresses(p.Addresses); err != nil {
		return collection.UserID{}, err
	}
	var user collection.UserID
	var own Person
	_, err = record.Update(ctx, a.store, func(tx *record.Tx) error {
		own = p
		user, err = a.register(ctx, tx, &own)
		return err
	})
	if err == nil && !p.Temporary {
		a.joined(ctx, own.Addresses)
	}
	return user, err
}

// register makes p a user, and adds to p the addresses of the account that becomes the
// person's.
func (a *Accounts) register(ctx context.Context, tx *record.Tx, p *Person) (collection.UserID, error) {
	user, err := a.userFor(ctx, tx, p)
	if err != nil {
		return user, err
	}
	return user, setPerson(tx, user, p)
}

// setPerson stores who a user is, and with each address whose it is.
func setPerson(tx *record.Tx, user collection.UserID, p *Person) error {
	for _, address := range p.Addresses {
		hash := records.HashOf(address)
		tx.Set(records.Address.Key(hash), user[:])
		if !p.Temporary {
			tx.Set(records.Joined.Key(hash), user[:])
		}
	}
	return tx.Encode(records.Person.Key(user), p)
}

// Person returns what a user has registered with. The error wraps transport.ErrNotFound if there
// is no such user.
func (a *Accounts) Person(ctx context.Context, user collection.UserID) (Person, error) {
	return person(ctx, a.store, user)
}

func person(ctx context.Context, from record.Getter, user collection.UserID) (Person, error) {
	stored, err := record.Need(ctx, from, records.Person.Key(user))
	if err != nil {
		return Person{}, err
	}
	return record.Value[Person](stored)
}

// ByAddress implements transport.Directory.
func (a *Accounts) ByAddress(ctx context.Context, address string) (collection.UserID, error) {
	normal, err := collection.NormalAddress(address)
	if err != nil {
		return collection.UserID{}, err
	}
	return userOf(ctx, a.store, normal)
}

// userOf returns the user who has an address, in its normal form.
func userOf(ctx context.Context, from record.Getter, normal string) (collection.UserID, error) {
	return userAt(ctx, from, records.Address.Key(records.HashOf(normal)))
}

// userAt returns the user that a record names.
func userAt(ctx context.Context, from record.Getter, key string) (collection.UserID, error) {
	data, err := record.Need(ctx, from, key)
	if err != nil {
		return collection.UserID{}, err
	}
	if len(data.Value) != len(collection.UserID{}) {
		return collection.UserID{}, transport.At(transport.ErrStorage, key)
	}
	return collection.UserID(data.Value), nil
}
