package hub

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// Person is who registers.
type Person struct {
	Name      string   `cbor:"1,keyasint,omitempty"`
	Addresses []string `cbor:"2,keyasint,omitempty"` // mail addresses, found to be the person's
	// Temporary says that the account was made for somebody else's sake, by the
	// address to write to, and that the person has not taken it over yet.
	Temporary bool `cbor:"3,keyasint,omitempty"`
}

// Accounts keeps users, their keys and their credentials: a camera and a home
// computer are two credentials of one account, each revocable by itself. It
// implements transport.Directory. It is safe for concurrent use.
//
// Records: u/USER person, a/HASH user of an address, y/USER/KEY key statement,
// b/HASH user of a token, d/USER/HASH token of a credential. Tokens and
// addresses are stored as SHA-256 hashes.
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

// ErrTaken says that an address or a credential's name is in use already.
var ErrTaken = fmt.Errorf("%w: in use already", transport.ErrConflict)

// load fills the keyring.
func (a *Accounts) load(ctx context.Context) error {
	for r, err := range a.store.Scan(ctx, "y/") {
		if err != nil {
			return err
		}
		if err := a.learn(ctx, r.Value); err != nil {
			return transport.At(err, r.Key)
		}
	}
	return nil
}

func (a *Accounts) learn(ctx context.Context, statement []byte) error {
	var s signature.KeyStatement
	if err := s.UnmarshalBinary(statement); err != nil {
		return err
	}
	return a.keys.Add(ctx, s)
}

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
		changes = append(changes, transport.Change{Key: "a/" + hashed(address), Value: user[:]})
		if !p.Temporary {
			changes = append(changes, transport.Change{Key: joinedKey(hashed(address)), Value: user[:]})
		}
	}
	data, err := transport.Encode(p)
	if err != nil {
		return user, err
	}
	return user, a.store.Apply(ctx, append(changes, transport.Change{Key: "u/" + user.String(), Value: data})...)
}

func (a *Accounts) free(ctx context.Context, key string) error {
	switch _, err := a.store.Get(ctx, key); {
	case errors.Is(err, transport.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return ErrTaken
}

// Person gives what a user has registered with.
func (a *Accounts) Person(ctx context.Context, user collection.UserID) (Person, error) {
	data, err := a.store.Get(ctx, "u/"+user.String())
	if err != nil {
		return Person{}, err
	}
	return transport.Decode[Person](data)
}

// ByAddress implements transport.Directory.
func (a *Accounts) ByAddress(ctx context.Context, address string) (collection.UserID, error) {
	key, err := addressKey(address)
	if err != nil {
		return collection.UserID{}, err
	}
	return a.userAt(ctx, key)
}

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

// AddKey makes a key statement: the authority's word that a key is the user's.
// The user's stations show it to others. From then on the hub accepts the
// key's seals. The error wraps transport.ErrForbidden if the account is
// temporary.
func (a *Accounts) AddKey(ctx context.Context, user collection.UserID, key signature.PublicKey) ([]byte, error) {
	if err := a.member(ctx, user); err != nil {
		return nil, err
	}
	s, err := signature.KeyStatement{User: user, Key: key, Issued: a.now()}.Sign(ctx, a.signer)
	if err != nil {
		return nil, err
	}
	if err := a.keys.Add(ctx, s); err != nil {
		return nil, err
	}
	data, err := s.MarshalBinary()
	if err != nil {
		return nil, err
	}
	id := key.ID()
	return data, a.store.Apply(ctx, transport.Change{Key: "y/" + user.String() + "/" + hex.EncodeToString(id[:]), Value: data})
}

// KeyStatements implements transport.Directory.
func (a *Accounts) KeyStatements(ctx context.Context, user collection.UserID) ([][]byte, error) {
	var all [][]byte
	for r, err := range a.store.Scan(ctx, "y/"+user.String()+"/") {
		if err != nil {
			return nil, err
		}
		all = append(all, r.Value)
	}
	if len(all) > 0 {
		return all, nil
	}
	_, err := a.store.Get(ctx, "u/"+user.String()) // a user without keys, or none
	return nil, err
}

// Issue makes a credential of a user, such as "camera", and gives its token,
// which is stored nowhere. The error wraps ErrTaken if there is one of that
// name, transport.ErrForbidden if the account is temporary.
func (a *Accounts) Issue(ctx context.Context, user collection.UserID, credential string) (string, error) {
	if err := a.member(ctx, user); err != nil {
		return "", err
	}
	var secret [32]byte
	if _, err := io.ReadFull(a.random, secret[:]); err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	a.mu.Lock()
	defer a.mu.Unlock()
	name := credentialKey(user, credential)
	if err := a.free(ctx, name); err != nil {
		return "", err
	}
	key := tokenKey(token)
	return token, a.store.Apply(ctx,
		transport.Change{Key: name, Value: []byte(key)},
		transport.Change{Key: key, Value: user[:]})
}

// Revoke ends a credential: its token is not accepted any more.
func (a *Accounts) Revoke(ctx context.Context, user collection.UserID, credential string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := credentialKey(user, credential)
	key, err := a.store.Get(ctx, name)
	if err != nil {
		return err
	}
	return a.store.Apply(ctx, transport.Change{Key: name}, transport.Change{Key: string(key)})
}

// UserOf implements httplink.Tokens.
func (a *Accounts) UserOf(ctx context.Context, token string) (collection.UserID, error) {
	user, err := a.userAt(ctx, tokenKey(token))
	if errors.Is(err, transport.ErrNotFound) {
		return user, transport.ErrUnauthenticated
	}
	return user, err
}

func addressKey(address string) (string, error) {
	normal, err := collection.NormalAddress(address)
	return "a/" + hashed(normal), err
}

func tokenKey(token string) string { return "b/" + hashed(token) }

func credentialKey(user collection.UserID, name string) string {
	return "d/" + user.String() + "/" + hashed(name)
}

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
