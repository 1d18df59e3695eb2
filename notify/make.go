package notify

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
)

// MaxUpdates is how many bytes of updates a notification carries at most.
// Recipients of one without updates ask for the collection's state.
const MaxUpdates = 4096

// Channel delivers letters to people who are not members, or have chosen it, by mail or however
// they are reached. It is safe for concurrent use.
type Channel interface {
	// Deliver delivers a letter, to its address and nobody else, whatever its
	// author has written into it, and changes nothing of it. It is called again
	// after an error, with growing pauses, so it may deliver twice; the letter's ID
	// tells. When ctx is over it delivers nothing and returns the context's error. The error
	// wraps [ErrRefused] where the address is refused for good. No error names the address;
	// to be sure, it is logged nowhere.
	Deliver(ctx context.Context, l Letter) error
}

// Availability is the digest of all updates that a collection carries, and of that it has
// ended: what the ID of a notification is made from, with the edition and the recipient.
func Availability(c collection.Collection) (collection.Digest, error) {
	all, err := collection.EncodeUpdates(c.Updates())
	if c.Ended() {
		all = append(all, []byte("ended"))
	}
	return availability(all), err
}

func availability(updates [][]byte) collection.Digest {
	h := sha256.New()
	for _, b := range updates {
		h.Write(b)
	}
	return collection.Digest(h.Sum(nil))
}

// Make makes the notification that tells of the present state of c; To and ID
// are those of nobody until [Notification.For] sets them. link is the same in
// all notifications of the collection.
func Make(c collection.Collection, reason Reason, link string) (Notification, error) {
	n := Notification{
		Author: c.Author(), Collection: c.ID(), Reason: reason, Link: link,
		Title: c.Title(), Items: c.Len(), Labelled: c.Labelled(), Edition: c.EditionDigest(), Number: c.Header().Edition,
	}
	n.Note = note(n, c.Withdrawn())
	if c.Ended() { // nothing else is told of it
		return n, nil
	}
	all, err := collection.EncodeUpdates(c.Updates())
	size := 0
	for _, b := range all {
		size += len(b)
	}
	if size <= MaxUpdates {
		n.Updates = all
	}
	return n, err
}

// For returns n as it goes to one recipient. availability is that of the
// collection that n tells of.
func (n Notification) For(to collection.UserID, availability collection.Digest) Notification {
	n.To, n.ID = to, MakeID(n.Edition, availability, to)
	return n
}

// note explains n in plain words; gone is how many of the labelled items the
// author has withdrawn.
func note(n Notification, gone int) string {
	switch awaited := n.Labelled - gone; {
	case n.Reason == Resolved:
		return "Somebody with whom you have shared by address has joined, and sees the previews. Accept them, and they have the full versions, too."
	case n.Reason == Ended:
		return "The author has ended this collection."
	case n.Reason == Edited:
		return "The author has changed the title or the captions."
	case n.Labelled == 0:
		return "All items are there in full."
	case gone == n.Items:
		return "The author has withdrawn all items: they will not be there in full."
	case awaited == 0:
		return fmt.Sprintf("%d of %d items are there in full; the author has withdrawn the others.", n.Items-gone, n.Items)
	case n.Reason == Lost:
		return fmt.Sprintf("%d of %d items cannot be had in full at the moment.", awaited, n.Items) + withdrawn(gone)
	case awaited == n.Items:
		return "Previews come first; you will hear again when the full versions are there."
	case gone == 0:
		return fmt.Sprintf("%d of %d items are there in full; you will hear again of the others.", n.Items-n.Labelled, n.Items)
	}
	return fmt.Sprintf("%d of %d items are there in full; you will hear again of %d.", n.Items-n.Labelled, n.Items, n.Labelled-gone) + withdrawn(gone)
}

func withdrawn(gone int) string {
	if gone == 0 {
		return ""
	}
	return fmt.Sprintf(" The author has withdrawn %d.", gone)
}

// Coalesce returns what is delivered when newer comes before older was: newer,
// but still as the first word on the collection if older was that.
func Coalesce(older, newer Notification) Notification {
	if older.Reason == Shared && newer.Reason != Ended {
		newer.Reason = Shared
	}
	return newer
}

// Due lists whom a notification of c goes to: its recipients, and the users to
// whom the authority has resolved an address, each once, and never the author.
func Due(c collection.Collection) []collection.UserID {
	var due []collection.UserID
	for u := range c.Recipients() {
		if u != c.Author() {
			due = append(due, u)
		}
	}
	for _, u := range c.Resolved() {
		if u != c.Author() && !slices.Contains(due, u) {
			due = append(due, u)
		}
	}
	return due
}
