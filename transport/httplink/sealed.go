package httplink

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// typeRequest is the content type of the seals of requests.
const typeRequest = "application/glimpse.request"

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
	Nonce     uint64
	Body      []byte
	Seal      []byte
	Statement []byte
}

// sealedRequest is what is sealed.
type sealedRequest struct {
	_        struct{} `cbor:",toarray"`
	Method   string
	Audience collection.KeyID // the called station's own
	Path     string           // and query
	Time     int64
	Nonce    uint64 // 0 where nothing is changed
	Body     []byte // its SHA-256; empty if there is none, or it is a stream
}

// statement is what is sealed of r with a proof.
func (p proof) statement(r *http.Request, audience collection.KeyID) ([]byte, error) {
	return transport.Encode(sealedRequest{
		Method: r.Method, Audience: audience, Path: r.URL.RequestURI(), Time: p.Time, Nonce: p.Nonce, Body: p.Body,
	})
}

// Sealed is the Auth of a caller at the station with a key, and at no other. The seal
// covers the body if r.GetBody returns it again.
func Sealed(c Caller, station collection.KeyID) Auth {
	return func(r *http.Request) error {
		p := proof{User: c.User, Time: now(c.Now).Unix(), Statement: c.Statement}
		if !changesNothing(r) {
			p.Nonce = nonce()
			if err := p.cover(r); err != nil {
				return err
			}
		}
		statement, err := p.statement(r, station)
		if err != nil {
			return err
		}
		if p.Seal, err = c.Signer.Sign(r.Context(), typeRequest, statement); err != nil {
			return err
		}
		data, err := transport.Encode(p)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Glimpse "+base64.RawURLEncoding.EncodeToString(data))
		return nil
	}
}

// changesNothing reports whether a request only reads. It has no body.
func changesNothing(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead
}

func nonce() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint64(b[:])
}

// cover takes the digest of a body that can be read twice. A stream has none.
func (p *proof) cover(r *http.Request) error {
	hash := sha256.New()
	if r.Body != nil {
		if r.GetBody == nil {
			return nil
		}
		body, err := r.GetBody()
		if err != nil {
			return err
		}
		defer body.Close()
		if _, err := io.Copy(hash, body); err != nil {
			return err
		}
	}
	p.Body = hash.Sum(nil)
	return nil
}

func now(clock func() time.Time) time.Time {
	if clock == nil {
		return time.Now()
	}
	return clock()
}
