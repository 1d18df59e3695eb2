package hub

import (
	"context"
	"fmt"
	"io"
	"sync"
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
// Tokens are stored as SHA-256 hashes only. An address is found by its hash, and
// stands in clear in its person's record, since a temporary account is written to
// there.
type Accounts struct {
	store  transport.Store
	signer *signature.Signer
	keys   *signature.Keyring
	now    func() time.Time
	random io.Reader

	mu sync.Mutex // around changes that look first

	joined func(ctx context.Context, addresses []string) // is told of addresses that have become a user's
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
	user, err := a.register(ctx, p)
	if err == nil && !p.Temporary {
		a.joined(ctx, p.Addresses)
	}
	return user, err
}

func (a *Accounts) register(ctx context.Context, p Person) (collection.UserID, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	addresses, err := normalAddresses(p.Addresses)
	if err != nil {
		return collection.UserID{}, err
	}
	p.Addresses = addresses
	user, err := a.userFor(ctx, &p)
	if err != nil {
		return user, err
	}
	changes := make([]transport.Change, 0, len(p.Addresses)+1)
	for _, address := range p.Addresses {
		hash := records.HashOf(address)
		changes = append(changes, transport.Change{Key: records.Address.Key(hash), Value: user[:]})
		if !p.Temporary {
			changes = append(changes, transport.Change{Key: records.Joined.Key(hash), Value: user[:]})
		}
	}
	return user, record.Set(ctx, a.store, records.Person.Key(user), p, changes...)
}

// Person returns what a user has registered with.
func (a *Accounts) Person(ctx context.Context, user collection.UserID) (Person, error) {
	data, err := a.store.Get(ctx, records.Person.Key(user))
	if err != nil {
		return Person{}, err
	}
	return transport.Decode[Person](data)
}

// ByAddress implements transport.Directory.
func (a *Accounts) ByAddress(ctx context.Context, address string) (collection.UserID, error) {
	normal, err := collection.NormalAddress(address)
	if err != nil {
		return collection.UserID{}, err
	}
	return a.userAt(ctx, records.Address.Key(records.HashOf(normal)))
}

// userAt returns the user that a record names.
func (a *Accounts) userAt(ctx context.Context, key string) (collection.UserID, error) {
	data, err := a.store.Get(ctx, key)
	if err != nil {
		return collection.UserID{}, err
	}
	if len(data) != len(collection.UserID{}) {
		return collection.UserID{}, transport.At(transport.ErrStorage, key)
	}
	return collection.UserID(data), nil
}
