package httplink

import (
	"context"
	"encoding/base64"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Auth puts what says who calls into a request.
type Auth func(*http.Request) error

// Bearer is the Auth of a token that a hub has issued.
func Bearer(token string) Auth {
	return func(r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

// typeRequest is the content type of the seals of requests.
const typeRequest = "application/glimpse.request"

// maxSkew is how far the clocks of caller and called may be apart.
const maxSkew = 5 * time.Minute

// Caller is who calls a station that has no accounts. The zero User is an
// authority, whose key is the signer's.
type Caller struct {
	User      collection.UserID
	Signer    collection.Signer
	Statement []byte           // the key statement that vouches for Signer; may be empty
	Now       func() time.Time // nil = time.Now
}

// proof is what the header carries.
type proof struct {
	_         struct{} `cbor:",toarray"`
	User      collection.UserID
	Time      int64
	Seal      []byte
	Statement []byte
}

// request is what is sealed.
type request struct {
	_        struct{} `cbor:",toarray"`
	Method   string
	Audience collection.UserID
	Path     string // and query
	Time     int64
}

// Sealed is the Auth of a caller at a station of the user audience.
func Sealed(c Caller, audience collection.UserID) Auth {
	return func(r *http.Request) error {
		at := now(c.Now).Unix()
		statement, err := transport.Encode(request{Method: r.Method, Audience: audience, Path: r.URL.RequestURI(), Time: at})
		if err != nil {
			return err
		}
		seal, err := c.Signer.Sign(r.Context(), typeRequest, statement)
		if err != nil {
			return err
		}
		data, err := transport.Encode(proof{User: c.User, Time: at, Seal: seal, Statement: c.Statement})
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Glimpse "+base64.RawURLEncoding.EncodeToString(data))
		return nil
	}
}

func now(clock func() time.Time) time.Time {
	if clock == nil {
		return time.Now()
	}
	return clock()
}

// Authenticator says who makes a request. Errors wrap
// transport.ErrUnauthenticated.
type Authenticator interface {
	Authenticate(r *http.Request) (collection.UserID, error)
}

// Tokens says whose a token is: a hub's accounts do. Errors wrap
// transport.ErrUnauthenticated.
type Tokens interface {
	UserOf(ctx context.Context, token string) (collection.UserID, error)
}

// ByToken authenticates by bearer tokens.
func ByToken(t Tokens) Authenticator { return byToken{t} }

type byToken struct{ tokens Tokens }

func (b byToken) Authenticate(r *http.Request) (collection.UserID, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return collection.UserID{}, transport.ErrUnauthenticated
	}
	return b.tokens.UserOf(r.Context(), token)
}

// Keys says whose seal a request has. *signature.Keyring is the Verifier of one
// that forgets what it learns.
type Keys interface {
	collection.Verifier
	// Learn takes key statements that a caller shows, of which it believes those
	// by an authority that it trusts. What it believed must outlast the process
	// if anything that those keys have sealed does.
	Learn(ctx context.Context, statements [][]byte) error
}

// BySeal authenticates sealed requests to a station of the user audience. The
// zero user is an authority that keys trust. A nil clock is time.Now.
func BySeal(keys Keys, audience collection.UserID, clock func() time.Time) Authenticator {
	return bySeal{keys, audience, clock}
}

type bySeal struct {
	keys     Keys
	audience collection.UserID
	clock    func() time.Time
}

func (b bySeal) Authenticate(r *http.Request) (collection.UserID, error) {
	p, err := readProof(r)
	if err != nil {
		return collection.UserID{}, transport.ErrUnauthenticated
	}
	if skew := now(b.clock).Sub(time.Unix(p.Time, 0)).Abs(); skew > maxSkew {
		return collection.UserID{}, transport.At(transport.ErrUnauthenticated, "the request is too old, or a clock is wrong")
	}
	statement, err := transport.Encode(request{Method: r.Method, Audience: b.audience, Path: r.URL.RequestURI(), Time: p.Time})
	if err != nil {
		return collection.UserID{}, err
	}
	if len(p.Statement) > 0 {
		if err := b.keys.Learn(r.Context(), [][]byte{p.Statement}); err != nil {
			return collection.UserID{}, err
		}
	}
	user, _, err := b.keys.Verify(r.Context(), typeRequest, statement, p.Seal, time.Unix(p.Time, 0))
	if err != nil || user != p.User {
		return collection.UserID{}, transport.ErrUnauthenticated
	}
	return p.User, nil
}

func readProof(r *http.Request) (proof, error) {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Glimpse ")
	if !ok {
		return proof{}, transport.ErrUnauthenticated
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return proof{}, err
	}
	p, err := transport.Decode[proof](data)
	if err == nil && (p.Time < 0 || p.Time > math.MaxInt32<<8) {
		err = transport.ErrMalformed
	}
	return p, err
}
