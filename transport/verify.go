package transport

import (
	"context"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// VerifyRequest asks who sealed a statement.
type VerifyRequest struct {
	Type      string `cbor:"1,keyasint"` // content type of the statement
	Statement []byte `cbor:"2,keyasint"`
	Seal      []byte `cbor:"3,keyasint"`
	Issued    int64  `cbor:"4,keyasint,omitempty"` // seconds since 1970; 0 = the sealer had no clock
}

func (s VerifyRequest) check() error {
	if s.Issued < 0 || s.Issued > 1<<40 {
		return At(ErrMalformed, "issued")
	}
	return nil
}

// IssuedAt is the moment that s names, zero for none.
func (s VerifyRequest) IssuedAt() time.Time {
	if s.Issued == 0 {
		return time.Time{}
	}
	return time.Unix(s.Issued, 0)
}

// Outcome is what a verifier came to.
type Outcome uint8

// The outcomes, each but Good with its refusal.
const (
	Good       Outcome = iota
	Unsigned           // collection.ErrUnsigned
	UnknownKey         // collection.ErrUnknownKey
	BadSeal            // collection.ErrBadSeal
	Revoked            // collection.ErrRevoked
	Expired            // collection.ErrExpired
)

var outcomes = []error{
	nil, collection.ErrUnsigned, collection.ErrUnknownKey, collection.ErrBadSeal, collection.ErrRevoked, collection.ErrExpired,
}

// VerifyResponse answers a VerifyRequest: whose seal it is, if Outcome is Good.
type VerifyResponse struct {
	Outcome Outcome           `cbor:"1,keyasint,omitempty"`
	User    collection.UserID `cbor:"2,keyasint"` // zero = an authority
	Key     collection.KeyID  `cbor:"3,keyasint"`
}

func (v VerifyResponse) check() error {
	if v.Outcome > Expired {
		return At(ErrMalformed, "outcome")
	}
	return nil
}

// Err is the refusal that v stands for, as a collection.Verifier returns it; nil
// if the seal is good.
func (v VerifyResponse) Err() error { return outcomes[v.Outcome] }

// RemoteVerifier verifies seals for those who do not have the keys.
type RemoteVerifier interface {
	// VerifySeal says who sealed a statement. A refusal is an answer, not an error,
	// and names nobody.
	VerifySeal(ctx context.Context, s VerifyRequest) (VerifyResponse, error)
}
