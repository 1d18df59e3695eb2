package httplink

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// maxSkew is how far the clocks of caller and called may be apart.
const maxSkew = 5 * time.Minute

// maxProof bounds what the header carries, in base64: a seal and a key statement
// are far smaller.
const maxProof = 8 << 10

// Keys says whose seal a request has. *signature.Keyring is the Verifier of one
// that forgets what it learns.
type Keys interface {
	collection.Verifier
	// Learn takes key statements that a caller shows, of which it believes those
	// by an authority that it trusts. What it believed must outlast the process
	// if anything that those keys have sealed does.
	Learn(ctx context.Context, statements [][]byte) error
}

// BySeal authenticates requests that are sealed for the station with a key; those for
// another one are refused, also for one of the same user. A caller that is the zero user
// is an authority that keys trust. A nil clock is time.Now. It remembers
// the requests that it has let in, as the package comment says: a station has one,
// for all its handlers.
func BySeal(keys Keys, station collection.KeyID, clock func() time.Time) Authenticator {
	return &bySeal{keys: keys, station: station, clock: clock}
}

type bySeal struct {
	keys    Keys
	station collection.KeyID
	clock   func() time.Time
	taken   memory
}

func (b *bySeal) Authenticate(r *http.Request) (transport.Identity, error) {
	p, err := readProof(r)
	if err != nil {
		return transport.Identity{}, transport.ErrUnauthenticated
	}
	if err := b.fresh(p); err != nil {
		return transport.Identity{}, err
	}
	statement, err := p.statement(r, b.station)
	if err != nil {
		return transport.Identity{}, err
	}
	if len(p.Statement) > 0 {
		if err := b.keys.Learn(r.Context(), [][]byte{p.Statement}); err != nil {
			return transport.Identity{}, err
		}
	}
	user, key, err := b.keys.Verify(r.Context(), typeRequest, statement, p.Seal, time.Unix(p.Time, 0))
	if errors.Is(err, collection.ErrRevoked) {
		return transport.Identity{}, errRevoked
	}
	if err != nil || user != p.User {
		return transport.Identity{}, transport.ErrUnauthenticated
	}
	if err := b.admit(r, p, key); err != nil {
		return transport.Identity{}, err
	}
	return transport.Identity{User: user, Key: key}, nil
}

func readProof(r *http.Request) (proof, error) {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Glimpse ")
	if !ok || len(text) > maxProof {
		return proof{}, transport.ErrUnauthenticated
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return proof{}, err
	}
	p, err := transport.DecodeMessage[proof](data)
	if err == nil && (p.Time < 0 || p.Time > math.MaxInt32<<8) {
		err = transport.ErrMalformed
	}
	return p, err
}

func (b *bySeal) fresh(p proof) error {
	made, here := time.Unix(p.Time, 0), now(b.clock)
	if here.Sub(made).Abs() > maxSkew {
		what := fmt.Sprintf("the request was made at %s, and here it is %s: it is too old, or a clock is wrong", made.UTC().Format(time.DateTime), here.UTC().Format(time.DateTime))
		return transport.At(transport.ErrUnauthenticated, what)
	}
	return nil
}

// admit lets in a request whose seal is good. One with a message counts as taken
// when all of that has come and is what was sealed, so that nobody uses up a seal
// with another body; one with a stream, when it begins, or when the message before it
// has come, and the stream is checked by who takes it.
func (b *bySeal) admit(r *http.Request, p proof, key collection.KeyID) error {
	take := func() error { return b.take(p, key) }
	switch {
	case changesNothing(r):
		r.Body = http.NoBody
		return nil
	case r.Pattern == uploadRoute || r.Pattern == patchRoute:
		return take()
	case len(p.Body) == 0:
		return transport.At(transport.ErrUnauthenticated, "the body is not sealed")
	}
	sealed := &sealedBody{ReadCloser: r.Body, left: math.MaxInt64, hash: sha256.New(), digest: p.Body, take: take}
	if r.Pattern == pushRoute {
		size, err := messageSize(r)
		if err != nil {
			return err
		}
		sealed.left = size
	}
	r.Body = sealed
	return nil
}

// take refuses a request that was taken before, or whose body took so long that
// this is not known any more.
func (b *bySeal) take(p proof, key collection.KeyID) error {
	if err := b.fresh(p); err != nil {
		return err
	}
	return b.taken.add(p.User, seen{key, p.Nonce}, p.Time, now(b.clock))
}
