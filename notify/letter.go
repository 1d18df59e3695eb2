package notify

import (
	"crypto/sha256"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// ErrRefused says that an address is none at which anybody is reached: a [Channel] returns an
// error that wraps it where trying again is no use.
var ErrRefused = errors.New("notify: the address is refused for good")

// Letter tells somebody over a [Channel]: what a collection is called, how it looks, and
// where the rest can be seen. It goes to people who are not members, and to members who have
// chosen the channel. A newer one takes the place of an older one that has not been delivered.
type Letter struct {
	// ID names the letter by what it tells and to whom: a repeat has the same.
	ID ID
	// Address is the address, in clear: a mail address, or what else the channel has. It goes
	// nowhere but into the letter.
	Address string
	Reason  Reason
	// By is what the author is called at the hub; empty = not known. Like the title it is
	// whatever somebody has written.
	By    string
	Title string
	Note  string // explains, for people, in English
	Items int    // number of items
	// Labelled is the number of items whose complete version is not there yet, and Withdrawn
	// how many of them will never be.
	Labelled, Withdrawn int
	Cover               []byte // thumbnail that stands for the collection; empty = none
	// Time is when the news came, to the second; a repeat has the same. Zero = not known.
	Time time.Time
	// Language is what the reader reads, as a language tag (BCP 47); empty = not known.
	Language string
	// Token opens the collection's title, cover and, where the hub lets guests
	// see them, its partial versions. It can be revoked.
	Token string
	// Link leads to a page that shows the collection, where there is one: to a member's own, or
	// with the token in its fragment.
	Link string
	// Code proves to the hub that the address is its reader's, where the Reason is Confirm; else
	// empty.
	Code string
	// Unsubscribe is an https address at which the reader ends such letters with one POST
	// (RFC 8058); empty = none.
	Unsubscribe string
	// Author and Collection name the collection, and R is the random part of the
	// reader's own blinded address in it: collection.Blind makes that again.
	// R is zero where the recipient has an account.
	Author     collection.UserID
	Collection collection.ID
	R          [16]byte
	// File is the collection, as collection.Collection.Encode writes it, where the hub is told to
	// send it along: whoever has the keys of its author and authority verifies it without any
	// station. Empty = none.
	File []byte
}

// Thread is the same of all letters on one collection to one address, and no other's. It
// does not tell the address to who cannot guess it.
func (l Letter) Thread() [16]byte {
	h := sha256.New()
	h.Write([]byte("glimpse thread"))
	h.Write(l.Author[:])
	h.Write(l.Collection[:])
	h.Write(l.R[:])
	h.Write([]byte(l.Address))
	return [16]byte(h.Sum(nil))
}
