package collection

import (
	"time"

	"github.com/glimpse-go/glimpse/label"
)

// A Header says what a collection is and who made it. ID, Author, Authority and
// Created never change; the rest is the editable part, which the author seals
// in editions.
type Header struct {
	ID        ID
	Author    UserID
	Authority KeyID     // the one hub key whose validation is accepted; zero = none
	Created   time.Time // kept in milliseconds, UTC; zero = no clock

	Edition  uint64 // number of the edition; the device's first one is 0
	Title    string
	Metadata map[string]string // up to 255 bytes of key each
	Hints    Hints

	AuthorSeal    []byte // the author's seal over this edition; empty = none
	AuthoritySeal []byte // the authority's seal over this edition; empty = none
}

// Hints say how the author would like the collection to be shown. They bind
// nobody.
type Hints struct {
	PerPage    int    // items per page; 0 = no wish
	Cover      ItemID // the item that stands for the collection; zero = none
	Background ItemID // the item shown behind the others; zero = none
	Border     string // how an item is framed, such as "white 2%"; up to 255 bytes
}

// A Body holds what a collection shares and with whom.
type Body struct {
	Kind   label.Kind
	Ladder label.Ladder // the versions, smallest first; nil = label.DefaultLadder
	Items  []Item       // in display order

	Recipients []UserID  // a set: order and repetition do not matter
	Addresses  []Address // recipients known by blinded address; a set
	Completers []UserID  // users who may remove labels besides the author; a set
	Subs       []Name    // sub-collections; a set
	Replaces   []ID      // collections of the author's that this one replaces; a set of at most MaxReplaced
}

// An Item is one piece of data: a photo, a video, a document.
type Item struct {
	ID        ItemID
	Caption   string
	MediaType string   // of the complete version, such as image/jpeg
	Digests   []Digest // of its versions, in the ladder's order; zero or missing = not known

	// Preview is a picture of at most 32 bytes, shown until the first version has
	// come: a ThumbHash, made from the smallest version that is shared, so that it
	// shows nothing else. This package only carries it; empty = none.
	Preview []byte
}
