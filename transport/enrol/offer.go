package enrol

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// maxOffer bounds an offer, in bytes.
const maxOffer = 64 << 10

// Offer is what a station joins.
type Offer struct {
	// User is whose station it becomes; zero = it starts as a user with its own key, at a
	// hub.
	User collection.UserID
	// Key is the user key, which seals the roster; zero = the authority vouches. Where
	// neither the user's id nor the authority proves that it is the user's, the person who
	// compares the codes, or carries the file, answers for it.
	Key signature.PublicKey
	// Authority is the root key of the hub's, which collections name; zero = there is no
	// hub.
	Authority signature.PublicKey
	// Hub are base URLs of the hub, the preferred one first; at most collection.MaxURLs.
	Hub []string
	// Endpoints say where the user's stations serve, each sealed by the station itself; at
	// most collection.MaxURLs.
	Endpoints []collection.Endpoint
}

// vouching is the authority at which possession is proved; zero = in the roster.
func (o Offer) vouching() [32]byte {
	if isZero(o.Key) {
		return o.Authority.ID()
	}
	return [32]byte{}
}

// userFor returns whose station one with this key becomes.
func (o Offer) userFor(key [32]byte) collection.UserID {
	if o.User.IsZero() {
		return collection.UserOf(key)
	}
	return o.User
}

func isZero(k signature.PublicKey) bool { return k.ID() == [32]byte{} }

// offerMessage is an offer on the wire. Keys that are zero are empty.
type offerMessage struct {
	_              struct{} `cbor:",toarray"`
	User           collection.UserID
	Key, Authority []byte
	Hub            []string
	Endpoints      [][]byte
	Nonce          []byte // empty where there is no code
}

// encode returns the message of an offer that can be read.
func (o Offer) encode(nonce []byte) ([]byte, error) {
	m := offerMessage{User: o.User, Key: keyBytes(o.Key), Authority: keyBytes(o.Authority), Hub: o.Hub, Nonce: nonce}
	for _, e := range o.Endpoints {
		data, err := e.MarshalBinary()
		if err != nil {
			return nil, err
		}
		m.Endpoints = append(m.Endpoints, data)
	}
	data, err := transport.Encode(m)
	if err == nil {
		_, _, err = readOffer(data)
	}
	return data, err
}

// readOffer reads an offer, and its nonce. The endpoints' seals are not verified.
func readOffer(data []byte) (o Offer, nonce []byte, err error) {
	if len(data) > maxOffer {
		return o, nil, transport.At(transport.ErrTooLarge, "offer")
	}
	m, err := transport.DecodeMessage[offerMessage](data)
	if err != nil {
		return o, nil, err
	}
	if err := m.check(); err != nil {
		return o, nil, err
	}
	o = Offer{User: m.User, Hub: m.Hub}
	if o.Key, err = readKey(m.Key); err != nil {
		return o, nil, err
	}
	if o.Authority, err = readKey(m.Authority); err != nil {
		return o, nil, err
	}
	for _, data := range m.Endpoints {
		e, err := collection.DecodeEndpoint(data)
		if err != nil {
			return o, nil, transport.Wrap(err)
		}
		o.Endpoints = append(o.Endpoints, e)
	}
	return o, m.Nonce, nil
}

// keyBytes returns the bytes of a key, empty for none.
func keyBytes(k signature.PublicKey) []byte {
	data, _ := k.MarshalBinary() // which fails for no key alone
	return data
}

// readKey reads a key, or none.
func readKey(data []byte) (k signature.PublicKey, err error) {
	if len(data) > 0 {
		err = k.UnmarshalBinary(data)
	}
	return k, err
}

// check refuses what the form cannot.
func (m offerMessage) check() error {
	for _, url := range m.Hub {
		if url == "" || len(url) > collection.MaxURL {
			return transport.At(transport.ErrMalformed, "hub")
		}
	}
	switch {
	case len(m.Hub) > collection.MaxURLs || len(m.Endpoints) > collection.MaxURLs:
		return transport.At(transport.ErrTooLarge, "offer")
	case len(m.Nonce) != 0 && len(m.Nonce) != nonceSize:
		return transport.At(transport.ErrMalformed, "nonce")
	case len(m.Key) == 0 && len(m.Authority) == 0, m.User.IsZero() && len(m.Key) > 0:
		return transport.At(transport.ErrMalformed, "keys")
	}
	return nil
}
