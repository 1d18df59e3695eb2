package account

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

var (
	// ErrOther: an account is another station's, user's or hub's than the one that is meant.
	ErrOther = errors.New("account: of another station, user or hub")
	// ErrNotJoined: the station has a key, and is nobody's yet: it is to be enrolled.
	ErrNotJoined = errors.New("account: the station is not enrolled")
)

// Account is what a station has of its own.
type Account struct {
	// User is whose the station is; zero = nobody's yet: then all but Name and Key is zero.
	User collection.UserID
	// Name is by which people know the station; at most enrol.MaxName bytes.
	Name string
	// Key is the station's private key, of Go's library; nil = it is kept elsewhere.
	Key crypto.Signer
	// UserKey is the user's, which seals the roster; zero = the authority vouches for Key.
	UserKey signature.PublicKey
	// Authority is the root key of the hub's; zero = there is no hub.
	Authority signature.PublicKey
	// Hub are base URLs of the hub, the preferred one first.
	Hub []string
	// Pinned says that the hub shows the Authority's key there, as httplink.ServerTLS does, and
	// not a certificate of a public authority: a program learns it with the invitation.
	Pinned bool
	// Token is what the hub has issued for the station; empty = none, where it calls with
	// its key. It may change: see hub.Accounts.Issue.
	Token string
	// Statement shows others whose Key is: the user's roster, or the authority's key
	// statement, in its binary form. A later one takes its place.
	Statement []byte
	// Homes say where the user's stations serve, as they have sealed it; at most
	// collection.MaxURLs.
	Homes []collection.Endpoint
}

// New makes the account of a station that is nobody's yet, with an Ed25519 key from rand, a
// cryptographic source.
func New(name string, rand io.Reader) (Account, error) {
	key, err := signature.GenerateKey(rand)
	return Account{Name: name, Key: key}, err
}

// Signer returns what the station seals with. The error wraps signature.ErrKey if the key is
// kept elsewhere.
func (a Account) Signer() (*signature.Signer, error) {
	if a.Key == nil {
		return nil, fmt.Errorf("%w: it is not in the account", signature.ErrKey)
	}
	return signature.NewSigner(a.Key, nil)
}

// Join makes the station one of a user's, as it was admitted. Joined once more, by the same
// user at the same hub, it takes what is new. The errors wrap ErrOther if it is another user's
// or hub's station already, or the admission is for another key; then nothing changes.
func (a *Account) Join(by enrol.Admission) error {
	next := *a
	next.User, next.UserKey, next.Authority = by.User, by.Key, by.Authority
	next.Hub, next.Statement = slices.Clone(by.Hub), slices.Clone(by.Statement)
	next.Homes = slices.Clone(by.Endpoints)
	if err := a.sameAs(next); err != nil {
		return err
	}
	if err := next.check(); err != nil {
		return fmt.Errorf("%w: %w", ErrOther, err)
	}
	*a = next
	return nil
}

// At refuses the account, with ErrOther, at another hub than one with this authority, and with
// ErrNotJoined where the station is not enrolled. The zero key = no hub.
func (a Account) At(authority signature.PublicKey) error {
	if a.User.IsZero() {
		return ErrNotJoined
	}
	other := a
	other.Authority = authority
	return a.sameAs(other)
}

// AddTo adds the authority, and what shows whose the station's key is, to a keyring, by which
// the station verifies others. The errors are those of signature.Keyring, and ErrNotJoined.
func (a Account) AddTo(ctx context.Context, keys *signature.Keyring) error {
	if a.User.IsZero() {
		return ErrNotJoined
	}
	offer := enrol.Offer{User: a.User, Key: a.UserKey, Authority: a.Authority}
	return enrol.Admission{Offer: offer, Statement: a.Statement}.AddTo(ctx, keys)
}

// Sources are where Homes serve, for a transport.Dialer. The error is that of an endpoint that
// cannot be written.
func (a Account) Sources() (sources []transport.Source, err error) {
	for _, e := range a.Homes {
		data, err := e.MarshalBinary()
		if err != nil {
			return nil, err
		}
		for _, url := range slices.Concat(e.URLs, e.Web) {
			sources = append(sources, transport.Source{User: e.User, URL: url, Endpoint: data})
		}
	}
	return sources, nil
}

// sameAs refuses an account of another station, or where a is somebody's, of somebody else.
func (a Account) sameAs(other Account) error {
	if mine, theirs := publicOf(a.Key), publicOf(other.Key); mine != theirs {
		return differ("station", "key "+mine, "key "+theirs)
	}
	if a.User.IsZero() {
		return nil
	}
	if a.User != other.User {
		return differ("user", a.User.String(), other.User.String())
	}
	if a.Authority.ID() != other.Authority.ID() {
		return differ("hub", a.hub(), other.hub())
	}
	return nil
}

// differ tells how two accounts differ.
func differ(what, has, wants string) error {
	return transport.At(ErrOther, fmt.Sprintf("the account's %s is %s, not %s", what, has, wants))
}

// hub is the hub, for people.
func (a Account) hub() string {
	if isZero(a.Authority) {
		return "none"
	}
	s := "the one with the key " + collection.KeyID(a.Authority.ID()).String()
	if len(a.Hub) > 0 {
		s += " at " + a.Hub[0]
	}
	return s
}

// publicOf is the public part of a key, for people.
func publicOf(key crypto.Signer) string {
	s, err := signature.NewSigner(key, nil)
	if key == nil || err != nil {
		return "elsewhere"
	}
	return collection.KeyID(s.ID()).String()
}

func isZero(k signature.PublicKey) bool { return k.ID() == [32]byte{} }

// check refuses what does not fit together.
func (a Account) check() error {
	malformed := func(where string) error { return transport.At(transport.ErrMalformed, where) }
	if a.User.IsZero() {
		others := len(a.Hub) + len(a.Token) + len(a.Statement) + len(a.Homes)
		if !isZero(a.UserKey) || !isZero(a.Authority) || a.Pinned || others > 0 {
			return malformed("user")
		}
		return nil
	}
	if isZero(a.UserKey) && isZero(a.Authority) {
		return malformed("keys")
	}
	word, err := station.ReadWord(a.Statement)
	if err != nil || word.User() != a.User {
		return malformed("statement")
	}
	if slices.ContainsFunc(a.Homes, func(e collection.Endpoint) bool { return e.User != a.User }) {
		return malformed("homes")
	}
	if a.Key == nil {
		return nil
	}
	signer, err := a.Signer()
	if err != nil || !slices.Contains(word.Keys(), collection.KeyID(signer.ID())) {
		return malformed("key")
	}
	return nil
}
