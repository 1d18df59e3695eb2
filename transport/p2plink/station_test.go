package p2plink

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// newID returns a peer id. Keys of RSA and of ECDSA have longer ones than Ed25519.
func newID(tb testing.TB, kind int) peer.ID {
	tb.Helper()
	key, _, err := crypto.GenerateKeyPair(kind, 2048)
	if err != nil {
		tb.Fatal(err)
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// newAnswer returns the answer of a station with a new key to who asks which it is.
func newAnswer(tb testing.TB, at peer.ID) answer {
	tb.Helper()
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	signer, err := signature.NewSigner(key, nil)
	if err != nil {
		tb.Fatal(err)
	}
	seal, err := signer.Sign(context.Background(), typeBinding, binding(at))
	if err != nil {
		tb.Fatal(err)
	}
	return answer{key: signer.Public(), seal: seal}
}

// TestBinding: a seal over one peer id is good for no other, nor with another key.
func TestBinding(t *testing.T) {
	mine, other := newID(t, crypto.Ed25519), newID(t, crypto.Ed25519)
	a, b := newAnswer(t, mine), newAnswer(t, mine)
	if err := a.check(mine); err != nil {
		t.Error(err)
	}
	stolen := answer{key: b.key, seal: a.seal}
	for what, err := range map[string]error{"another peer id": a.check(other), "another key": stolen.check(mine), "none": answer{key: a.key}.check(mine)} {
		if !errors.Is(err, transport.ErrPeerKey) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestProof: a proof is good for one collection, one caller, one station, one question, and one
// side of it.
func TestProof(t *testing.T) {
	identity, other, caller, called := collection.Digest{1}, collection.Digest{2}, newID(t, crypto.Ed25519), newID(t, crypto.Ed25519)
	of := topicOf(identity)
	for side, c := range map[string]struct {
		good, bad string
		proves    func(proof, secret []byte, caller, called peer.ID, q question) bool
	}{
		"seeker": {seeker, holder, func(proof, secret []byte, caller, called peer.ID, q question) bool {
			q.proof = proof
			return q.asks(secret, caller, called)
		}},
		"holder": {holder, seeker, func(proof, secret []byte, caller, called peer.ID, q question) bool {
			return answer{proof: proof}.holds(secret, caller, called, q)
		}},
	} {
		q, again := newQuestion(&of), newQuestion(&of)
		proof := proofOf(c.good, identity[:], caller, called, q.nonce)
		if !c.proves(proof, identity[:], caller, called, q) {
			t.Errorf("%s: it is no proof", side)
		}
		for what, proves := range map[string]bool{
			"another collection": c.proves(proof, other[:], caller, called, q), "another caller": c.proves(proof, identity[:], called, called, q),
			"another station": c.proves(proof, identity[:], caller, caller, q), "another question": c.proves(proof, identity[:], caller, called, again),
			"the other side": c.proves(proofOf(c.bad, identity[:], caller, called, q.nonce), identity[:], caller, called, q),
			"nothing":        c.proves(nil, identity[:], caller, called, q), "what others read": c.proves(of[:], identity[:], caller, called, q),
		} {
			if proves {
				t.Errorf("%s: it is a proof for %s", side, what)
			}
		}
	}
}

// TestURL: a peer id of any kind of key is one label of a host, and the only one for it.
func TestURL(t *testing.T) {
	for _, kind := range []int{crypto.Ed25519, crypto.ECDSA, crypto.RSA, crypto.Secp256k1} {
		id := newID(t, kind)
		label := strings.TrimSuffix(strings.TrimPrefix(URL(id), "https://"), domain)
		if got, err := PeerID(URL(id)); err != nil || got != id || len(label) > 63 || strings.Contains(label, ".") {
			t.Errorf("%s: %v, %v", URL(id), got, err)
		}
	}
	id := newID(t, crypto.Ed25519)
	good := URL(id)
	for _, url := range []string{"", "https://.libp2p", "https://example.org", "https://" + id.String() + domain, strings.ToUpper(good), good + ".org", "https://x." + good[8:], "https://k51" + domain, "%zz"} {
		if got, err := PeerID(url); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%s: %v, %v", url, got, err)
		}
	}
}

// TestGater: nothing on this computer or in its networks is dialled, unless it is listed.
func TestGater(t *testing.T) {
	home := gater{[]netip.Prefix{netip.MustParsePrefix("192.168.1.0/24")}}
	for text, want := range map[string][2]bool{
		"/ip4/1.1.1.1/udp/1/quic-v1": {true, true}, "/ip4/192.168.1.7/tcp/1": {false, true}, "/ip4/192.168.2.7/tcp/1": {},
		"/ip4/127.0.0.1/tcp/1": {}, "/ip6/::1/tcp/1": {}, "/ip6/::ffff:127.0.0.1/tcp/1": {}, "/ip6/fe80::1/tcp/1": {},
		"/ip4/169.254.169.254/tcp/80": {}, "/ip4/10.0.0.1/tcp/1": {}, "/ip6/::ffff:192.168.1.7/tcp/1": {false, true},
	} {
		to := ma.StringCast(text)
		if got := [2]bool{gater{}.InterceptAddrDial("", to), home.InterceptAddrDial("", to)}; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// FuzzMessages: what is no message is refused by a typed error, and what is one is written as it
// was read.
func FuzzMessages(f *testing.F) {
	of := topic{1}
	a := newAnswer(f, "station")
	a.endpoint, a.proof = []byte{1, 2}, make([]byte, 32)
	full, err := a.encode()
	if err != nil {
		f.Fatal(err)
	}
	short, err := answer{key: a.key, seal: a.seal}.encode()
	if err != nil {
		f.Fatal(err)
	}
	for _, data := range [][]byte{full, short, newQuestion(nil).encode(), newQuestion(&of).encode(), {}, full[:len(full)-1], append(short[:len(short):len(short)], 0)} {
		f.Add(data)
	}
	for _, v := range vectors(f) {
		f.Add([]byte(v.Hex))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		q, err := decodeQuestion(data)
		if err == nil && !bytes.Equal(q.encode(), data) || err != nil && !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("question: %v", err)
		}
		a, err := decodeAnswer(data)
		if err != nil {
			if !errors.Is(err, transport.ErrMalformed) && !errors.Is(err, signature.ErrKey) {
				t.Errorf("answer: %v", err)
			}
			return
		}
		if again, err := a.encode(); err != nil || !bytes.Equal(again, data) {
			t.Errorf("answer: %x, %v", again, err)
		}
	})
}
