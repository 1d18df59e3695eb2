package main

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

const enrolmentFile = "transport/enrol/testdata/enrolments.json"

// enrolmentVector is an enrolment as enrol.cddl says, made without the codec: what goes in,
// seeds of keys and nonces as one byte that repeats, and all that is said.
type enrolmentVector struct {
	Name       string `json:"name"`
	Joining    byte   `json:"joining"`    // seed of the station's key
	Admitting  byte   `json:"admitting"`  // seed of the user key, or of the authority's
	Authority  bool   `json:"authority"`  // who admits is an authority
	Role       uint64 `json:"role"`       // of the station
	Called     string `json:"called"`     // its name
	Nonces     []byte `json:"nonces"`     // of the request, and of the offer
	Commitment string `json:"commitment"` // the rest in hexadecimal
	Offer      string `json:"offer"`
	Opening    string `json:"opening"`
	Request    string `json:"request"`
	Code       string `json:"code"`
	Statement  string `json:"statement"`
	Admission  string `json:"admission"`
	Text       string `json:"text"` // of the request
}

func enrolmentVectors() []enrolmentVector {
	return []enrolmentVector{
		enrolmentVector{Name: "a camera at home", Joining: 1, Admitting: 2, Role: 1, Called: "Ann's camera", Nonces: []byte{3, 4}}.said(),
		enrolmentVector{Name: "a home at a hub", Joining: 5, Admitting: 6, Authority: true, Called: "Zuhause (Büro)", Nonces: []byte{7, 8}}.said(),
	}
}

// said is v with all that is said.
func (v enrolmentVector) said() enrolmentVector {
	joining, admitting := seeded(v.Joining), seeded(v.Admitting)
	user, named, at := admitting.user(), admitting.user(), bytesNode()
	keys := []*node{bytesNode(admitting.cose()...), bytesNode()}
	if v.Authority {
		user, named, at = joining.user(), id(0), bytesNode(admitting.id()...)
		keys[0], keys[1] = keys[1], keys[0]
	}
	nonce := func(i int) *node { return bytesNode(bytes.Repeat(v.Nonces[i:i+1], 32)...) }
	key, called := bytesNode(joining.cose()...), textNode(v.Called)
	commitment := hashed("glimpse enrol commitment", key, bytesNode(byte(v.Role)), bytesNode([]byte(v.Called)...), nonce(0))
	offer := arrayNode(bytesNode(named...), keys[0], keys[1], arrayNode(), arrayNode(), nonce(1))
	proof := joining.seal("application/glimpse.possession", arrayNode(at, bytesNode(user...)))
	opening := arrayNode(bytesNode(id(0)...), key, uintNode(v.Role), called, nonce(0), bytesNode())
	request := arrayNode(bytesNode(user...), key, uintNode(v.Role), called, nonce(0), bytesNode(proof...))

	offered, opened, requested := expand(offer.encode()), expand(opening.encode()), expand(request.encode())
	code := binary.BigEndian.Uint64(hashed("glimpse enrol code", bytesNode(commitment...), bytesNode(offered...), bytesNode(opened...))) % 1_000_000
	statement := rosterList{user: user, number: 1, by: admitting, stations: []rosterStation{{key: joining, role: v.Role}}}.sealed()
	if v.Authority {
		statement = admitting.introduces(joining)
	}
	admission := arrayNode(bytesNode(hashed("glimpse enrol request", bytesNode(requested...))...), bytesNode(offered...), bytesNode(statement...))
	v.Commitment, v.Offer = hex.EncodeToString(commitment), hex.EncodeToString(offered)
	v.Opening, v.Request = hex.EncodeToString(opened), hex.EncodeToString(requested)
	v.Code = fmt.Sprintf("%03d %03d", code/1000, code%1000)
	v.Statement, v.Admission = hex.EncodeToString(statement), hex.EncodeToString(expand(admission.encode()))
	v.Text = "GLIMPSE:" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(requested)
	return v
}

// hashed is SHA-256 of an array that begins with a domain.
func hashed(domain string, parts ...*node) []byte {
	return hashOf(expand(arrayNode(append([]*node{textNode(domain)}, parts...)...).encode()))
}

// introduces is the key statement of an authority on the key of a user who starts.
func (s seeded) introduces(key seeded) []byte {
	times := []*node{uintNode(0), uintNode(0), uintNode(1)} // of no limit, issued in 1970
	statement := arrayNode(append([]*node{bytesNode(key.user()...), bytesNode(key.id()...), uintNode(0)}, times...)...)
	sealed := append([]*node{bytesNode(key.user()...), uintNode(0)}, times...)
	sealed = append(sealed, bytesNode(key.cose()...), bytesNode(s.seal("application/glimpse.key", statement)...))
	return expand(arrayNode(sealed...).encode())
}
