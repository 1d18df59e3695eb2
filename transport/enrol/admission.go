package enrol

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// MaxAdmission bounds an admission, in bytes.
const MaxAdmission = 128 << 10

// Admission is what a station knows once it is one of a user's.
type Admission struct {
	Offer // with the user, who is never zero

	// Statement says whose the station's key is, to be shown to others (see
	// peer.Config.Statement): the user's roster or, of a user who starts at a hub, the
	// authority's key statement, in its binary form.
	Statement []byte
}

// admissionMessage is an admission on the wire.
type admissionMessage struct {
	_         struct{}          `cbor:",toarray"`
	Request   [sha256.Size]byte // which it answers
	Offer     []byte
	Statement []byte
}

// Accept reads the admission that answers a request of NewRequest's, and verifies all of it.
// The errors wrap ErrUser, ErrKey or ErrReplayed for one that is meant for somebody else or
// answers another request, transport.ErrMalformed, and those of package signature and of
// collection.Endpoint where something is not sealed as it must be.
func Accept(ctx context.Context, request, admission []byte) (Admission, error) {
	asked, err := decodeRequest(request)
	if err != nil {
		return Admission{}, err
	}
	if len(admission) > MaxAdmission {
		return Admission{}, transport.At(transport.ErrTooLarge, "admission")
	}
	m, err := transport.DecodeMessage[admissionMessage](admission)
	if err != nil {
		return Admission{}, err
	}
	a := Admission{Statement: m.Statement}
	if a.Offer, _, err = readOffer(m.Offer); err != nil {
		return Admission{}, err
	}
	if err := a.check(ctx, asked); err != nil {
		return Admission{}, err
	}
	if m.Request != digest("glimpse enrol request", request) {
		return Admission{}, ErrReplayed
	}
	return a, nil
}

// check tells whether it makes the station that has asked one of the user's. It sets the user
// who starts.
func (a *Admission) check(ctx context.Context, asked requestMessage) error {
	key, err := readKey(asked.Key)
	if err != nil {
		return err
	}
	if a.User = a.userFor(key.ID()); a.User != asked.User {
		return ErrUser
	}
	if isZero(a.Key) {
		err = a.checkStatement(key)
	} else {
		err = a.checkRoster(key, asked.Role)
	}
	if err != nil {
		return err
	}
	keys := new(signature.Keyring)
	if err := a.AddTo(ctx, keys); err != nil {
		return err
	}
	for _, e := range a.Endpoints {
		if e.User != a.User {
			return fmt.Errorf("endpoint: %w", ErrUser)
		}
		if err := e.Verify(ctx, keys, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// checkStatement tells whether the statement is on a key and the user.
func (a *Admission) checkStatement(key signature.PublicKey) error {
	var s signature.KeyStatement
	if err := s.UnmarshalBinary(a.Statement); err != nil {
		return err
	}
	switch {
	case s.User != a.User:
		return ErrUser
	case !s.Key.Equal(key) || s.Role != signature.RoleUser:
		return ErrKey
	}
	return nil
}

// checkRoster tells whether the statement is the user's roster, by the user key, with the
// key in its role.
func (a *Admission) checkRoster(key signature.PublicKey, role signature.StationRole) error {
	var r signature.Roster
	if err := r.UnmarshalBinary(a.Statement); err != nil {
		return err
	}
	if r.User != a.User {
		return ErrUser
	}
	if s, listed := r.Station(key.ID()); !listed || s.Role != role || !r.By.Equal(a.Key) {
		return ErrKey
	}
	return nil
}

// AddTo adds to a keyring whom the station trusts from now on: the authority, and its user's
// keys. The errors are those of signature.Keyring.
func (a Admission) AddTo(ctx context.Context, keys *signature.Keyring) error {
	if !isZero(a.Authority) {
		if err := keys.AddAuthority(a.Authority); err != nil {
			return err
		}
	}
	if isZero(a.Key) {
		var s signature.KeyStatement
		if err := s.UnmarshalBinary(a.Statement); err != nil {
			return err
		}
		return keys.Add(ctx, s)
	}
	var r signature.Roster
	if err := r.UnmarshalBinary(a.Statement); err != nil {
		return err
	}
	if len(r.Before) == 0 && len(r.CoSeal) == 0 && collection.UserOf(a.Key.ID()) != a.User {
		// Nobody but the person who compared the codes, or carried the file, introduces the key.
		if err := keys.Trust(a.User, a.Key); err != nil {
			return err
		}
	}
	return keys.AddRoster(ctx, r)
}
