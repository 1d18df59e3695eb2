// Package event says what happens at a station: one stream of events, of which a user
// interface, a log and counters live. A station is given a function that takes them, in its
// Config:
//
//	peer.Config{Events: func(e event.Event) {
//		switch e.Kind {
//		case event.Arrived, event.Changed:
//			fmt.Println(e.News.Note)
//		case event.Failed:
//			fmt.Println(e.Doing, e.Err)
//		}
//	}}
//
// The function is called in the goroutine in which it happens, after what it tells is stored,
// and so from several at once: it is safe for concurrent use, and returns soon; what takes
// longer it hands to a goroutine of its own. What an event points to is the receiver's. An
// event is told once, or not at all if the process ends at that moment: what must not be
// missed is read from the station, whose state is in its store.
package event

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Kind says what has happened.
type Kind uint8

// The kinds, and the fields of an Event that go with each.
const (
	// Shared: a collection came that was not known here, from User. Ref names it.
	Shared Kind = iota + 1
	// HandedOver: User has handed a collection over, and nothing more of it is awaited. With
	// Err, it broke off before that, and what came whole is here.
	HandedOver
	// Published: a collection was published; without News.
	Published
	// Arrived: there is a collection for the station's user, as News says.
	Arrived
	// Changed: something of a collection has changed, and News.Reason says what.
	Changed
	// Progress: Done of Total bytes of the version that Ref names have come, from a device or
	// from a source. It is told with the first bytes, with each sixteenth part that follows,
	// and at the end: of a small version once.
	Progress
	// WishFulfilled: a version that was wished for is here.
	WishFulfilled
	// WishEnded: it never comes, since the author withdrew it (Err wraps label.ErrWithdrawn), or
	// has ended the collection (transport.ErrEnded).
	WishEnded
	// LeftOut: something was left out of what goes on without it, such as a version that
	// could not be made or read, or a recipient, User, whom the hub does not know. Err says why.
	LeftOut
	// KeySeen: a Key of User's became known.
	KeySeen
	// Refused: what came from User was refused with Err; with a zero User, what came from a
	// hub or another station.
	Refused
	// Parked: a notification could not be verified so often that it is not tried any more,
	// until the next one comes of the same collection. Err is what kept it the last time.
	Parked
	// Failed: the station could not do what it does by itself, which Doing names, with Err.
	// It tries again. With User, that user's peer was asked: see peer.Config.Homes.
	Failed
)

// Event is something that has happened.
type Event struct {
	Kind Kind
	// Ref is the collection, item and version that it is about; zero as far as it is about
	// more, or none.
	Ref transport.Ref
	// User is who did it, or whom it is about; zero = nobody else.
	User collection.UserID
	// Key is the station's that User has it from, or that became known; zero = not known.
	Key collection.KeyID
	// News is what a user is told; nil = nothing.
	News *notify.Notification
	// Done and Total are bytes.
	Done, Total int64
	// Doing names what failed, in a word: "publish". There are a dozen such words.
	Doing string
	// Err is why; nil = nothing failed.
	Err error
}

// Of returns an event about a collection: its other fields are to be filled in.
func Of(k Kind, name collection.Name) Event {
	return Event{Kind: k, Ref: transport.Ref{Collection: name}}
}
