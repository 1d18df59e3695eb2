package transport

import (
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// Role says what kind of station a share comes from; the receiver's policy may
// require more versions from a peer than from a device.
type Role uint8

// The roles that share.
const (
	Device Role = iota // light: makes ids and thumbnails, never serves
	Peer               // holds originals and serves them
)

// Next is what the sender of a share does next.
type Next uint8

// The steps that an answer can ask for, in the order in which they come.
const (
	Upload Next = iota + 1 // send the missing versions, and the seal if there is none
	Seal                   // send the author's seal over the answer's collection
	Done                   // nothing: all that was asked for is stored
)

// String returns the word for n: "upload", "seal", "done" or "unknown".
func (n Next) String() string {
	switch n {
	case Upload:
		return "upload"
	case Seal:
		return "seal"
	case Done:
		return "done"
	}
	return "unknown"
}

// Share is the one message with which a station shares a collection, new or
// known, with a hub or over a local link.
type Share struct {
	// Collection is in its binary form, with its author's seal or, from a
	// device whose hub fills it in first, without; empty if Manifest stands for it.
	Collection []byte `cbor:"1,keyasint,omitempty"`
	// From is the role of the sender.
	From Role `cbor:"2,keyasint,omitempty"`
	// Serves and Offers hold one set of items per version of the ladder: what
	// the sender serves now at URL, and what it can upload. Missing sets
	// are empty.
	Serves []Bits `cbor:"3,keyasint,omitempty"`
	Offers []Bits `cbor:"4,keyasint,omitempty"`
	// URL is the base URL at which the sender serves; empty if it does not. What a
	// peer says that it serves there counts as announced, at a hub, once all that it
	// was asked for is stored: see Answer.Refused.
	URL string `cbor:"5,keyasint,omitempty"`
	// To are recipients by mail address, in clear, for the hub to resolve. They
	// never stand in the collection.
	To []string `cbor:"6,keyasint,omitempty"`
	// Notifies says that the sender would rather send the notifications itself.
	Notifies bool `cbor:"7,keyasint,omitempty"`
	// Manifest names what the receiver has probably met, in place of Collection; Updates
	// are then all that the sender's copy carries. A receiver that has not answers with
	// ErrNotFound.
	Manifest *Manifest `cbor:"8,keyasint,omitempty"`
	Updates  [][]byte  `cbor:"9,keyasint,omitempty"`
	// Word is the author's update, in its binary form, that takes the labels off what is
	// served at URL: see Announcement. It counts when all that was asked for is stored.
	Word []byte `cbor:"10,keyasint,omitempty"`
	// Endpoint is the sender's own word that it serves at URL: see Source.
	Endpoint []byte `cbor:"11,keyasint,omitempty"`
}

// Manifest names the sealed edition of a collection.
type Manifest struct {
	Author   collection.UserID `cbor:"1,keyasint"`
	ID       collection.ID     `cbor:"2,keyasint"`
	Identity collection.Digest `cbor:"3,keyasint"` // of the collection
	Edition  collection.Digest `cbor:"4,keyasint"`
}

// ManifestOf returns the name of a collection's edition.
func ManifestOf(c collection.Collection) *Manifest {
	return &Manifest{c.Author(), c.ID(), c.Identity(), c.EditionDigest()}
}

// Name is the collection that m is of.
func (m Manifest) Name() collection.Name { return collection.Name{Author: m.Author, ID: m.ID} }

// Answer answers a share, an upload and an announcement.
type Answer struct {
	// Next is what the sender does now.
	Next Next `cbor:"1,keyasint"`
	// Collection is what both sides now agree on, in its binary form. It is left out
	// where it is what the sender has sent, where an upload has not changed it, and
	// after a push where no more is known of it but the authority's seal.
	Collection []byte `cbor:"2,keyasint,omitempty"`
	// Missing holds one set of items per version: what is to be uploaded. Of
	// versions with one digest it has one, which counts for all of them.
	Missing []Bits `cbor:"3,keyasint,omitempty"`
	// Parts are the beginnings of missing versions that are stored already.
	Parts []Part `cbor:"4,keyasint,omitempty"`
	// Updates are the changes of availability that this step brought.
	Updates [][]byte `cbor:"5,keyasint,omitempty"`
	// Notify says that the sender sends the notifications, not the receiver.
	Notify bool `cbor:"6,keyasint,omitempty"`
	// Keys are key statements of the parties to the collection.
	Keys [][]byte `cbor:"7,keyasint,omitempty"`
	// Announced is the URL of a station of the sender's whose latest share counts as an
	// announcement now that nothing is asked of it; empty = none does. Refused says
	// why it does not count after all.
	Announced string `cbor:"8,keyasint,omitempty"`
	Refused   *Fault `cbor:"9,keyasint,omitempty"`
	// Unknown are recipients whom the hub does not know, at most MaxUnknown of them: users, by
	// their ids in text, and, of a hub that writes no letters, mail addresses that are no
	// user's. Nobody tells them of the collection, nor can they read it there, before they
	// join. The author alone hears that, with each share.
	Unknown []string `cbor:"10,keyasint,omitempty"`
}

// MaxUnknown is how many of the recipients whom a hub does not know it names in an answer.
const MaxUnknown = 64

// Part says how much of a version is stored: its first Size bytes. An upload
// goes on from there.
type Part struct {
	_       struct{} `cbor:",toarray"`
	Item    int      // place in the collection
	Version int      // place in the ladder
	Size    int64    // bytes
}

// Announcement tells a hub that the complete versions of Items are served at
// URL, a base URL, from now on.
type Announcement struct {
	Author collection.UserID `cbor:"1,keyasint"`
	ID     collection.ID     `cbor:"2,keyasint"`
	Items  Bits              `cbor:"3,keyasint"`
	URL    string            `cbor:"4,keyasint"`
	// Word is the author's own update, in its binary form, that takes the labels off
	// some of Items: it counts at once, unless something else is waited for, and what is
	// served is checked afterwards. Without it, and where the author's word has
	// turned out false before, labels go after the check.
	Word []byte `cbor:"5,keyasint,omitempty"`
	// Endpoint is the station's own word that it serves at URL: see Source.
	Endpoint []byte `cbor:"6,keyasint,omitempty"`
}

// Name is the collection that a is about.
func (a Announcement) Name() collection.Name {
	return collection.Name{Author: a.Author, ID: a.ID}
}

// State is what a hub tells those who may read a collection.
type State struct {
	// Collection is the whole in its binary form, updates included. It is left
	// out where only what changes was asked for.
	Collection []byte `cbor:"1,keyasint,omitempty"`
	// Edition is the digest of the edition in force.
	Edition collection.Digest `cbor:"2,keyasint"`
	// Updates are the collection's updates; left out where Collection is there.
	Updates [][]byte `cbor:"3,keyasint,omitempty"`
	// Sources are the stations that serve complete versions.
	Sources []Source `cbor:"4,keyasint,omitempty"`
	// Keys are key statements of the parties to the collection.
	Keys [][]byte `cbor:"5,keyasint,omitempty"`
	// Ends say that the collection has ended: each is the encoding of a collection.End. To
	// others than the author, Collection, Updates and Sources are left out then.
	Ends [][]byte `cbor:"6,keyasint,omitempty"`
}

// MaxCollections is of how many collections one request asks at most.
const MaxCollections = 500

// Known says which edition of a collection somebody has; the zero Edition is none.
type Known struct {
	_       struct{} `cbor:",toarray"`
	Author  collection.UserID
	ID      collection.ID
	Edition collection.Digest
}

// Name is the collection that k is of.
func (k Known) Name() collection.Name { return collection.Name{Author: k.Author, ID: k.ID} }

// CollectionsRequest asks for what is lacking of many collections: see Library.Collections.
type CollectionsRequest struct {
	Known []Known `cbor:"1,keyasint"`
}

// Lacking is what is answered of one of them: the state, or why there is none.
type Lacking struct {
	State   *State `cbor:"1,keyasint,omitempty"`
	Refused *Fault `cbor:"2,keyasint,omitempty"`
}

// Source is a station that serves the complete versions of Items at URL.
type Source struct {
	User  collection.UserID `cbor:"1,keyasint"`
	URL   string            `cbor:"2,keyasint"`
	Items Bits              `cbor:"3,keyasint"`
	// Endpoint is the encoding of a collection.Endpoint, in which the station itself has
	// sealed that it serves at URL, and names the key that whoever dials it requires.
	// Nobody dials a source without one.
	Endpoint []byte `cbor:"4,keyasint,omitempty"`
}

// FeedID names a feed: a user's at one station. The zero FeedID is none.
type FeedID [16]byte

// Cursor is up to which entry of a feed a station has read; the zero Cursor is before the
// first one. One of another feed, or beyond the end of this, counts as that, too: so who
// has read more than a station knows that was restored from a backup reads all again.
type Cursor struct {
	Feed   FeedID `cbor:"1,keyasint,omitzero"`
	Number uint64 `cbor:"2,keyasint,omitempty"`
}

// ChangesRequest asks for what a feed has after a cursor.
type ChangesRequest struct {
	After Cursor `cbor:"1,keyasint"`
	// Versions asks that the smallest versions of what is new follow: see
	// Changes.Versions.
	Versions bool `cbor:"2,keyasint,omitempty"`
}

// Changes is a page of a feed.
type Changes struct {
	// Next is the cursor for the next request.
	Next Cursor `cbor:"1,keyasint"`
	// Entries are in the order of their numbers, at most 500.
	Entries []Entry `cbor:"2,keyasint,omitempty"`
	// Versions follows behind the message, if it was asked for: the smallest versions of
	// the collection that New returns, as Library.Versions streams them. nil = there are
	// none, and none are awaited. The recipient closes it.
	Versions io.ReadCloser `cbor:"-"`
}

// Entry is what a feed has of one collection: the latest word on it. Its number grows
// with each of its changes.
type Entry struct {
	Number uint64 `cbor:"1,keyasint"`
	// Notification tells of the collection as it is now. Its reason is notify.Shared where
	// the entry came into the feed after the cursor, and notify.Removed, with names and
	// nothing else, where the user may not read the collection any more.
	Notification notify.Notification `cbor:"2,keyasint"`
	// State is the collection, where it is small and, or its edition, came into the feed
	// after the cursor, so that the recipient need not ask for it; else nil.
	State *State `cbor:"3,keyasint,omitempty"`
}

// New returns the first collection that is new to the recipient: of which the first word is
// among the entries.
func (c Changes) New() (name collection.Name, any bool) {
	for _, one := range c.Entries {
		if one.Notification.Reason == notify.Shared {
			return one.Notification.Name(), true
		}
	}
	return name, false
}

// Ref names one version of one item of one collection. Reads always name the
// collection: an item id is no capability.
type Ref struct {
	Collection collection.Name
	Item       collection.ItemID
	Version    int // place in the collection's ladder
}
