package notify

import (
	"crypto/sha256"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
)

// ID names a notification by what it tells and to whom: a repeat has the same
// ID and is dropped by its receiver, newer news has another.
type ID [32]byte

// Reason says what happened.
type Reason uint8

// The reasons, in the order in which a collection usually meets them.
const (
	Shared    Reason = iota + 1 // the first notification: here is a collection
	Available                   // more of it, or all of it, is on the network now
	Edited                      // the author gave it another title or other captions
	Lost                        // something that was there is not any more
	Resolved                    // to the author: somebody known by address is a user now, whom to accept
	Ended                       // the author has ended it
	Removed                     // the recipient may not read it any more: nothing but names is told
	Confirm                     // of a Letter alone, on no collection: its reader proves to have the address, by Letter.Code
)

// String returns the reason in a word.
func (r Reason) String() string {
	words := [...]string{Shared: "shared", Available: "available", Edited: "edited", Lost: "lost", Resolved: "resolved", Ended: "ended", Removed: "removed", Confirm: "confirm"}
	if r == 0 || int(r) >= len(words) {
		return "Reason(" + strconv.Itoa(int(r)) + ")"
	}
	return words[r]
}

// Notification tells one recipient of one collection. A newer one takes the
// place of an older one that has not been read.
type Notification struct {
	ID         ID                `cbor:"1,keyasint"`
	Author     collection.UserID `cbor:"2,keyasint"`
	Collection collection.ID     `cbor:"3,keyasint"`
	To         collection.UserID `cbor:"4,keyasint"`
	Reason     Reason            `cbor:"5,keyasint"`
	Title      string            `cbor:"6,keyasint,omitempty"`
	Note       string            `cbor:"7,keyasint,omitempty"`  // explains, for people
	Link       string            `cbor:"8,keyasint,omitempty"`  // the same in every notification of a collection
	Items      int               `cbor:"9,keyasint,omitempty"`  // number of items
	Labelled   int               `cbor:"10,keyasint,omitempty"` // number of items with a label
	Edition    collection.Digest `cbor:"11,keyasint"`
	// Updates are the collection's updates where they are few and small, so
	// that the recipient needs no further request.
	Updates [][]byte `cbor:"12,keyasint,omitempty"`
	// Cover is the thumbnail of the cover item, in the first notification, if it has
	// come by then.
	Cover []byte `cbor:"13,keyasint,omitempty"`
	// Number is the number of the edition: of two editions the one with the
	// greater number counts, or else the one with the greater digest.
	Number uint64 `cbor:"14,keyasint,omitempty"`
}

// Name is the collection that n is about.
func (n Notification) Name() collection.Name {
	return collection.Name{Author: n.Author, ID: n.Collection}
}

// MakeID returns the ID of the notification that tells recipient of an edition
// in a state of availability:
// SHA-256("glimpse notification", edition, availability, recipient). The
// edition's digest covers the collection's identity.
func MakeID(edition, availability collection.Digest, recipient collection.UserID) ID {
	h := sha256.New()
	h.Write([]byte("glimpse notification"))
	h.Write(edition[:])
	h.Write(availability[:])
	h.Write(recipient[:])
	return ID(h.Sum(nil))
}

// HasID reports whether n has the ID that MakeID returns for what it tells. Of one
// that carries no updates, which may have been left out, it cannot be told.
func (n Notification) HasID() bool {
	return len(n.Updates) == 0 || n.ID == MakeID(n.Edition, availability(n.Updates), n.To)
}
