package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
)

const rosterFile = "signature/testdata/rosters.json"

// rosterVector is a roster as signature.cddl says, made without the codec; and which keys
// count for its user to who knows nothing else. No key means that it is refused.
type rosterVector struct {
	Name      string   `json:"name"`
	User      string   `json:"user"`
	Statement string   `json:"statement,omitempty"`
	Roster    string   `json:"roster"`
	Keys      []string `json:"keys"` // thumbprints, ascending
}

// seeded is the key pair whose seed is 32 times one byte.
type seeded byte

func (s seeded) private() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(s)}, ed25519.SeedSize))
}

// cose is the public key as COSE_Key.
func (s seeded) cose() []byte {
	public := s.private().Public().(ed25519.PublicKey)
	kty, crv, x := uintNode(1), &node{major: negative, arg: 0}, &node{major: negative, arg: 1}
	return expand(mapNode(uintNode(1), kty, crv, uintNode(6), x, bytesNode(public...)).encode())
}

func (s seeded) id() []byte { return hashOf(s.cose()) }

// user is the id of the user who starts with the key.
func (s seeded) user() []byte { return hashOf([]byte("glimpse user"), s.id())[:16] }

// seal is a COSE_Sign1 of a content type over a statement.
func (s seeded) seal(typ string, statement *node) []byte {
	header := expand(mapNode(uintNode(1), &node{major: negative, arg: 7}, uintNode(3), textNode(typ), uintNode(4), bytesNode(s.id()...)).encode())
	signed := arrayNode(textNode("Signature1"), bytesNode(header...), bytesNode(), bytesNode(expand(statement.encode())...))
	signature := ed25519.Sign(s.private(), expand(signed.encode()))
	null := raw(0xf6)
	return expand(tagNode(18, arrayNode(bytesNode(header...), mapNode(), null, bytesNode(signature...))).encode())
}

// rosterStation is a station in a roster.
type rosterStation struct {
	key  seeded
	role uint64
	as   []byte // the user for whom the key agrees, if it is not that of the roster
}

// rosterList is what a roster says.
type rosterList struct {
	user           []byte
	number         uint64
	stations       []rosterStation
	recovery, next seeded // zero = none
	by             seeded
	before         [][]byte
}

func (l rosterList) content() []*node {
	slices.SortFunc(l.stations, func(a, b rosterStation) int { return bytes.Compare(a.key.id(), b.key.id()) })
	stations := arrayNode()
	for _, s := range l.stations {
		as := l.user
		if s.as != nil {
			as = s.as
		}
		proof := s.key.seal("application/glimpse.possession", arrayNode(bytesNode(), bytesNode(as...)))
		stations.kids = append(stations.kids, arrayNode(bytesNode(s.key.cose()...), uintNode(s.role), bytesNode(proof...)))
	}
	recovery, next := bytesNode(), bytesNode()
	if l.recovery != 0 {
		recovery = bytesNode(l.recovery.id()...)
	}
	if l.next != 0 {
		next = bytesNode(l.next.cose()...)
	}
	return []*node{stations, recovery, next}
}

func (l rosterList) statement() *node {
	content := sha256.Sum256(expand(arrayNode(l.content()...).encode()))
	return arrayNode(bytesNode(l.user...), uintNode(l.number), bytesNode(l.by.id()...), bytesNode(content[:]...))
}

func (l rosterList) sealed() []byte {
	before := arrayNode()
	for _, b := range l.before {
		before.kids = append(before.kids, bytesNode(b...))
	}
	all := append([]*node{bytesNode(l.user...), uintNode(l.number), bytesNode(l.by.cose()...)}, l.content()...)
	all = append(all, bytesNode(l.by.seal("application/glimpse.roster", l.statement())...), bytesNode(), before)
	return expand(arrayNode(all...).encode())
}

// vector is what l is, with the keys that count.
func (l rosterList) vector(name string, keys ...seeded) rosterVector {
	v := rosterVector{Name: name, User: hex.EncodeToString(l.user), Roster: hex.EncodeToString(l.sealed()), Keys: []string{}}
	v.Statement = hex.EncodeToString(expand(l.statement().encode()))
	for _, k := range keys {
		v.Keys = append(v.Keys, hex.EncodeToString(k.id()))
	}
	slices.Sort(v.Keys)
	return v
}

// rosterVectors returns all there are.
func rosterVectors() []rosterVector {
	const camera, home, laptop, other, recovery = seeded(1), seeded(2), seeded(3), seeded(4), seeded(5)
	user := camera.user()
	first := rosterList{user: user, number: 1, by: camera}
	two := rosterList{user: user, number: 7, by: camera, stations: []rosterStation{{key: home}, {key: laptop, role: 1}, {key: other, role: 2}}}
	last := rosterList{user: user, number: 8, by: camera, next: laptop, recovery: recovery}
	after := rosterList{user: user, number: 9, by: laptop, recovery: recovery, stations: []rosterStation{{key: home}}, before: [][]byte{last.sealed()}}
	saved := rosterList{user: user, number: 2, by: recovery, recovery: recovery, next: home, before: [][]byte{last.sealed()}}
	stolen := rosterList{user: user, number: 1, by: camera, stations: []rosterStation{{key: home, as: other.user()}}}
	stranger := rosterList{user: user, number: 1, by: other}
	unknown := rosterList{user: user, number: 1, by: camera, stations: []rosterStation{{key: home, role: 3}}}
	return []rosterVector{
		first.vector("of one key", camera),
		two.vector("of a peer, a device and one that was removed", camera, home, laptop),
		after.vector("after a succession", laptop, home),
		saved.vector("by the recovery key"),
		stolen.vector("of a key whose holder agreed to another user"),
		stranger.vector("by a key of which the id is not derived"),
		unknown.vector("of an unknown role"),
		rosterList{user: user, by: camera}.vector("without a number"),
		rosterList{user: user, number: 9, by: laptop, before: [][]byte{first.sealed()}}.vector("by a key that nobody named next", camera),
	}
}

// writeList writes the file if there is none, and refuses to change one.
func writeList[V any](file string, list []V) error {
	made, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	made = append(made, '\n')
	switch b, err := os.ReadFile(file); {
	case errors.Is(err, os.ErrNotExist):
		return os.WriteFile(file, made, 0o644)
	case err != nil:
		return err
	case !bytes.Equal(b, made):
		return fmt.Errorf("%s: %w", file, errChanged)
	}
	return nil
}
