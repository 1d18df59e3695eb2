package enrol

import (
	"context"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// Limits on messages, in bytes.
const (
	MaxName    = 64
	MaxRequest = 2 << 10
)

// Request is a station's wish to be one of a user's, as the admitting station reads it. The
// proof of possession, if there is one, was good.
type Request struct {
	User collection.UserID
	Key  signature.PublicKey
	Role signature.StationRole // peer or device
	Name string                // by which people know it: printable, at most MaxName bytes

	// Proof is of possession: for the roster, or, where an authority vouches, at that. It
	// is empty before both sides have confirmed.
	Proof []byte

	data []byte // the message
}

// requestMessage is a request on the wire. Without the user and the proof it is an opening:
// what is committed to, and says nothing that somebody in between could use.
type requestMessage struct {
	_     struct{} `cbor:",toarray"`
	User  collection.UserID
	Key   []byte
	Role  signature.StationRole
	Name  string
	Nonce []byte
	Proof []byte
}

// commitment is of the opening.
func (m requestMessage) commitment() Commitment {
	return digest("glimpse enrol commitment", m.Key, []byte{byte(m.Role)}, []byte(m.Name), m.Nonce)
}

// newRequest returns the message of a station, which names no user yet.
func newRequest(key *signature.Signer, role signature.StationRole, name string, rand io.Reader) (requestMessage, error) {
	m := requestMessage{Key: keyBytes(key.Public()), Role: role, Name: name}
	var err error
	if m.Nonce, err = newNonce(rand); err != nil {
		return m, err
	}
	return m, m.check()
}

// prove completes the message: the key is to be the user's, in the roster or, if one is
// named, at an authority.
func (m requestMessage) prove(ctx context.Context, key *signature.Signer, authority [32]byte, user collection.UserID) ([]byte, error) {
	var err error
	m.User = user
	if m.Proof, err = signature.ProvePossession(ctx, key, authority, user); err != nil {
		return nil, err
	}
	return transport.Encode(m)
}

// errNoUser is of a request that names nobody: the roster of no user is an authority's.
var errNoUser = transport.At(transport.ErrMalformed, "user")

// NewRequest returns the request of a station that is admitted by a file, a cable or a QR
// code: it is kept until [Accept] has the answer. The user's id comes the same way. The
// role is peer or device. The errors are those of rand and of the key, and wrap
// transport.ErrMalformed for a user, a name or a role that ReadRequest would refuse.
func NewRequest(ctx context.Context, user collection.UserID, key *signature.Signer, role signature.StationRole, name string, rand io.Reader) ([]byte, error) {
	m, err := newRequest(key, role, name, rand)
	if err == nil && user.IsZero() {
		err = errNoUser
	}
	if err != nil {
		return nil, err
	}
	return m.prove(ctx, key, [32]byte{}, user)
}

// ReadRequest reads what NewRequest returns, and nothing else. The errors wrap
// transport.ErrMalformed, or signature.ErrKey where possession is not proved. It does not say
// that the request is new, nor whose it is: that is what who carries it knows.
func ReadRequest(data []byte) (Request, error) { return readRequest(data, [32]byte{}) }

func readRequest(data []byte, authority [32]byte) (Request, error) {
	m, err := decodeRequest(data)
	if err != nil {
		return Request{}, err
	}
	r, err := m.request()
	if err != nil {
		return Request{}, err
	}
	r.Proof, r.data = m.Proof, slices.Clone(data)
	err = r.Key.CheckPossession(authority, m.User, m.Proof)
	if err == nil && m.User.IsZero() {
		err = errNoUser
	}
	return r, err
}

// request is what the message says, but for the proof.
func (m requestMessage) request() (Request, error) {
	key, err := readKey(m.Key)
	return Request{User: m.User, Key: key, Role: m.Role, Name: m.Name}, err
}

// decodeOpening reads what a station has committed to.
func decodeOpening(data []byte) (requestMessage, error) {
	m, err := decodeRequest(data)
	if err == nil && (!m.User.IsZero() || len(m.Proof) > 0) {
		err = transport.At(transport.ErrMalformed, "opening")
	}
	return m, err
}

// decodeRequest reads the form of a request, and no key.
func decodeRequest(data []byte) (requestMessage, error) {
	if len(data) > MaxRequest {
		return requestMessage{}, transport.At(transport.ErrTooLarge, "request")
	}
	m, err := transport.DecodeMessage[requestMessage](data)
	if err != nil {
		return m, err
	}
	return m, m.check()
}

// check refuses what the form cannot. A name is shown to a person who decides, so nothing in
// it may hide or turn round what is beside it.
func (m requestMessage) check() error {
	hidden := func(r rune) bool { return !unicode.IsPrint(r) }
	switch {
	case m.Name == "" || len(m.Name) > MaxName || !utf8.ValidString(m.Name) || strings.ContainsFunc(m.Name, hidden):
		return transport.At(transport.ErrMalformed, "name")
	case m.Role != signature.StationPeer && m.Role != signature.StationDevice:
		return transport.At(transport.ErrMalformed, "role")
	case len(m.Key) == 0:
		return transport.At(transport.ErrMalformed, "key")
	case len(m.Nonce) != nonceSize:
		return transport.At(transport.ErrMalformed, "nonce")
	}
	return nil
}

// AddTo returns the roster that follows a user's with the station in it, sealed by the user
// key; the zero Roster is followed by the first. A roster that lists it already is returned
// as it is, so that an admission that was lost can be made again. One station is added at a
// time: of two rosters of one number one is refused. The errors wrap ErrUser
// for the roster of another user, signature.ErrKey without a proof for it, ErrListed for a key with another role or one that was
// removed, which stays so, else they are those of signature.Roster.Sign.
func (r Request) AddTo(ctx context.Context, roster signature.Roster, userKey *signature.Signer) (signature.Roster, error) {
	if roster.Number > 0 && roster.User != r.User {
		return roster, ErrUser
	}
	if err := r.Key.CheckPossession([32]byte{}, r.User, r.Proof); err != nil {
		return roster, err
	}
	if s, listed := roster.Station(r.Key.ID()); listed || r.Key.Equal(userKey.Public()) {
		if listed && s.Role == r.Role {
			return roster, nil
		}
		return roster, ErrListed
	}
	roster.User = r.User
	return roster.Join(signature.Station{Key: r.Key, Role: r.Role, Proof: r.Proof}).Sign(ctx, userKey)
}

// Admit returns the admission to be carried to the station. The statement is the user's
// roster with the station in it, countersigned if the user has a hub, in its binary form.
// The errors are those that Accept would have.
func (r Request) Admit(ctx context.Context, o Offer, statement []byte) ([]byte, error) {
	offer, err := o.encode(nil)
	if err != nil {
		return nil, err
	}
	return r.admit(ctx, offer, statement)
}

// admit makes an admission and reads it as the station will.
func (r Request) admit(ctx context.Context, offer, statement []byte) ([]byte, error) {
	admission, err := transport.Encode(admissionMessage{Request: digest("glimpse enrol request", r.data), Offer: offer, Statement: statement})
	if err == nil {
		_, err = Accept(ctx, r.data, admission)
	}
	if err != nil {
		return nil, err
	}
	return admission, nil
}
