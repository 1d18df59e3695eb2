package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"slices"
)

const messageFile = "transport/p2plink/testdata/messages.json"

// messageVector is a message of the protocol /glimpse/station/1 as p2plink.cddl and the
// documentation of the package say, made without the codec. The caller's and the called host's
// keys are seeded, and so is the station's; a secret is the identity of a collection, or a user.
type messageVector struct {
	Name       string `json:"name"`
	Kind       string `json:"kind"` // question or answer
	Hex        string `json:"hex"`
	Diagnostic string `json:"diagnostic"`
	Caller     string `json:"caller"`           // the caller's peer id, in hexadecimal as all bytes
	Called     string `json:"called"`           // that of the host that is asked
	URL        string `json:"url"`              // of that host
	Nonce      string `json:"nonce"`            // of the question
	Secret     string `json:"secret,omitempty"` // what is asked for; none = only which station it is
	User       bool   `json:"user,omitempty"`   // it is a user
	Topic      string `json:"topic,omitempty"`
	Asks       bool   `json:"asks,omitempty"`  // the question proves that the caller knows it
	Holds      bool   `json:"holds,omitempty"` // the answer proves that it serves it
	Error      string `json:"error,omitempty"`
}

// The seeds of the keys, and what is asked for.
const (
	callerHost  = seeded(21)
	calledHost  = seeded(22)
	anotherHost = seeded(23)
	holdsIt     = seeded(24) // the station
)

// peerID is the peer id of a host: its public key as libp2p writes it in protobuf, in an identity
// multihash.
func (s seeded) peerID() []byte {
	public := s.private().Public().(ed25519.PublicKey)
	return slices.Concat([]byte{0x00, 36, 0x08, 0x01, 0x12, 32}, public)
}

// stationURL is where the station of a host is: its peer id is a CID of a libp2p key, in base 36.
func (s seeded) stationURL() string {
	number := new(big.Int).SetBytes(slices.Concat([]byte{0x01, 0x72}, s.peerID()))
	return "https://k" + number.Text(36) + ".libp2p"
}

// messageVectors are all there are, the good ones first.
func messageVectors() []messageVector {
	nobody, album, home := asksFor(nil, false), asksFor(hashOf([]byte("an album")), false), asksFor(holdsIt.user(), true)
	list := []messageVector{
		nobody.question("which station it is", nil), album.question("of a collection", nil), home.question("of a user", nil),
		album.question("by who knows the topic alone", func(q *node) { q.kids[2] = bytesNode() }),
		album.question("with the holder's proof", func(q *node) { q.kids[2] = bytesNode(album.proof("holder")...) }),
		nobody.answer("which station it is", "", nil), album.answer("holds the collection", "", nil), home.answer("is the user's", "", nil),
		album.answer("does not hold the collection", "", func(a *node) { a.kids[2], a.kids[3] = bytesNode(), bytesNode() }),
	}
	return slices.Concat(list, badQuestions(album), badAnswers(album))
}

// asking is a question and who asks it, whom.
type asking struct {
	caller, called seeded
	nonce          []byte
	secret         []byte
	user           bool
}

func asksFor(secret []byte, user bool) asking {
	return asking{callerHost, calledHost, slices.Repeat([]byte{7}, 16), secret, user}
}

// topic is what stands for the secret where others read it.
func (a asking) topic() []byte {
	switch {
	case a.secret == nil:
		return nil
	case a.user:
		return hashOf([]byte("glimpse home\x00"), a.secret)
	}
	return hashOf([]byte("glimpse collection\x00"), a.secret)
}

// proof is that of the seeker, who asks, or of the holder, who is asked.
func (a asking) proof(of string) []byte {
	if a.secret == nil {
		return nil
	}
	mac := hmac.New(sha256.New, a.secret)
	mac.Write(slices.Concat([]byte("glimpse "+of+"\x00"), a.caller.peerID(), a.called.peerID(), a.nonce))
	return mac.Sum(nil)
}

func (a asking) questionNode() *node {
	return arrayNode(bytesNode(a.topic()...), bytesNode(a.nonce...), bytesNode(a.proof("seeker")...))
}

func (a asking) answerNode() *node {
	binding := arrayNode(bytesNode(a.called.peerID()...))
	seal := bytesNode(holdsIt.seal("application/glimpse.libp2p", binding)...)
	at := bytesNode()
	if a.secret != nil {
		serves := endpoint{user: holdsIt.user(), key: holdsIt.id(), number: 1, urls: []string{a.called.stationURL()}}
		statement := arrayNode(serves.node().kids[:5]...)
		serves.seal = holdsIt.seal("application/glimpse.endpoint", statement)
		at = holding(serves.node())
	}
	return arrayNode(bytesNode(holdsIt.cose()...), seal, at, bytesNode(a.proof("holder")...))
}

func (a asking) vector(name, kind, err string, n *node) messageVector {
	return messageVector{
		Name: name, Kind: kind, Hex: hex.EncodeToString(expand(n.encode())), Diagnostic: n.diagnostic(),
		Caller: hex.EncodeToString(a.caller.peerID()), Called: hex.EncodeToString(a.called.peerID()), URL: a.called.stationURL(),
		Nonce: hex.EncodeToString(a.nonce), Secret: hex.EncodeToString(a.secret), User: a.user, Topic: hex.EncodeToString(a.topic()),
		Error: err,
	}
}

// question is a question that is read, changed unless change is nil.
func (a asking) question(name string, change func(q *node)) messageVector {
	n := a.questionNode()
	if change != nil {
		change(n)
	}
	v := a.vector("question: "+name, "question", "", n)
	v.Asks = a.secret != nil && change == nil
	return v
}

// spoilt is a question that is refused.
func (a asking) spoilt(name string, change func(q *node)) messageVector {
	n := a.questionNode()
	change(n)
	return a.vector(name, "question", "ErrMalformed", n)
}

// answer is an answer, changed unless change is nil.
func (a asking) answer(name, err string, change func(a *node)) messageVector {
	n := a.answerNode()
	if change != nil {
		change(n)
	}
	v := a.vector("answer: "+name, "answer", err, n)
	v.Holds = a.secret != nil && change == nil
	return v
}
