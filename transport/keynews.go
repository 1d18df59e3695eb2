package transport

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// TypeKeyNews is the content type of an authority's seal over key news.
const TypeKeyNews = "application/glimpse.key-news"

// Limits on one request for key news, and its answer.
const (
	MaxKeyNewsUsers = 64      // whose statements are asked for
	MaxKeyNews      = 1 << 12 // users who are listed
)

// KeyNewsRequest asks an authority of whom it has stopped keys, and what it says now of
// some users' keys.
type KeyNewsRequest struct {
	// After is the number up to which the caller has heard; 0 = nothing.
	After uint64 `cbor:"1,keyasint,omitempty"`
	// Nonce is random, so that nobody has an answer before it was asked for.
	Nonce [16]byte `cbor:"2,keyasint"`
	// Users are those whose statements and rosters are wanted, at most MaxKeyNewsUsers.
	Users []collection.UserID `cbor:"3,keyasint,omitempty"`
}

// UserMark stands for a user among those who know the user's id, and tells others
// nothing: SHA-256("glimpse key news", id)[:16].
type UserMark [16]byte

// MarkOf returns the mark of a user.
func MarkOf(user collection.UserID) UserMark {
	sum := sha256.Sum256(append([]byte("glimpse key news"), user[:]...))
	return UserMark(sum[:16])
}

// KeyNews is an authority's latest word on keys, as of when it was asked.
type KeyNews struct {
	// Number is up to where the news goes: all that has an earlier number, or this one, was
	// told to who has asked from 0 on. It is the latest, unless More is set.
	Number uint64 `cbor:"1,keyasint,omitempty"`
	More   bool   `cbor:"2,keyasint,omitempty"`
	// Changed are the users of whom keys were stopped after the number that was asked for:
	// revoked, removed from the roster, or succeeded. Each is listed once, with the latest.
	Changed []UserMark `cbor:"3,keyasint,omitempty"`
	// Statements are the key statements and rosters of the users who were asked for, and
	// the authority's own roster, if it has one. Each is sealed itself.
	Statements [][]byte `cbor:"4,keyasint,omitempty"`
	// Seal is the authority's, over the rest and the request. See Sign.
	Seal []byte `cbor:"5,keyasint,omitempty"`
}

// Sign returns n with a seal by the authority, as an answer to one request. Errors are
// those of s.
func (n KeyNews) Sign(ctx context.Context, asked KeyNewsRequest, s collection.Signer) (KeyNews, error) {
	statement, err := n.statement(asked)
	if err == nil {
		n.Seal, err = s.Sign(ctx, TypeKeyNews, statement)
	}
	return n, err
}

// Verify returns the authority whose answer to a request n is: its root key. The error
// wraps ErrSeal if it is none's, or the answer to another request, and ErrConflict if it
// goes less far than what was asked from, or no farther though there is more: who answers
// shows an older state than before, or none.
func (n KeyNews) Verify(ctx context.Context, asked KeyNewsRequest, v collection.Verifier) (authority collection.KeyID, err error) {
	statement, err := n.statement(asked)
	if err != nil {
		return authority, err
	}
	user, key, err := v.Verify(ctx, TypeKeyNews, statement, n.Seal, time.Time{})
	switch {
	case err != nil:
		return authority, fmt.Errorf("key news: %w", Wrap(err))
	case user != [16]byte{}:
		return authority, At(ErrSeal, "key news by a user")
	case n.Number < asked.After || n.More && n.Number == asked.After:
		return key, At(ErrConflict, "key news that goes back, or not on")
	}
	return key, nil
}

// sealedKeyNews is what is sealed: digests of the request, and of the answer without seal.
type sealedKeyNews struct {
	_              struct{} `cbor:",toarray"`
	Request, Reply [sha256.Size]byte
}

func (n KeyNews) statement(asked KeyNewsRequest) ([]byte, error) {
	n.Seal = nil
	request, err := Encode(asked)
	if err != nil {
		return nil, err
	}
	reply, err := Encode(n)
	if err != nil {
		return nil, err
	}
	return Encode(sealedKeyNews{Request: sha256.Sum256(request), Reply: sha256.Sum256(reply)})
}

// Among returns those of some users who are listed in Changed.
func (n KeyNews) Among(users []collection.UserID) (changed []collection.UserID) {
	listed := make(map[UserMark]bool, len(n.Changed))
	for _, mark := range n.Changed {
		listed[mark] = true
	}
	return slices.DeleteFunc(slices.Clone(users), func(u collection.UserID) bool { return !listed[MarkOf(u)] })
}

// KeyNewsSource tells of keys that count no more. A hub does.
type KeyNewsSource interface {
	// KeyNews returns of whom keys were stopped since, in the order in which that
	// happened, and what there is on some users: nothing on those whom it does not know.
	// It is sealed anew for each request. It costs what it lists, whatever number of
	// users there is. ErrTooLarge: the request names more than MaxKeyNewsUsers.
	KeyNews(ctx context.Context, asked KeyNewsRequest) (KeyNews, error)
}

// RosterKeeper keeps the rosters of users: a hub those of its users, a peer that of its
// own user.
type RosterKeeper interface {
	// SetRoster takes a roster of the caller's user, in the binary form of
	// signature.Roster, and returns the latest, as the user's stations show it to others:
	// countersigned, where there is a hub. An older one changes nothing, so that whoever
	// has lost touch sends the roster that it has; empty = it has none. The caller owns
	// what is returned. ErrForbidden: the roster is another user's, or the user has no key
	// yet, which is registered otherwise. ErrConflict: it contradicts what is held.
	// ErrSeal: it is not sealed by the user's key, or a station did not prove possession.
	// ErrNotFound: none was sent, and none is held.
	SetRoster(ctx context.Context, roster []byte) (latest []byte, err error)
}

// RosterMessage carries a roster, in the binary form of signature.Roster; empty = none.
type RosterMessage struct {
	Roster []byte `cbor:"1,keyasint,omitempty"`
}
