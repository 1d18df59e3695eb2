package transporttest

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// RecipientFixture is what the suite of recipients works with: the station of a user,
// which nobody has used, or a link to it.
type RecipientFixture struct {
	// As returns the station, or the link to it, as it is for a user who tells.
	As func(user collection.UserID) transport.Recipient
	// Owner is the station's user, Author shares with Owner and Other, and
	// Stranger has no part in it.
	Owner, Author, Other, Stranger collection.UserID
	// Signer has a key of Author's that the station knows.
	Signer collection.Signer
	// Offer puts a collection where the station asks for what it is told of. No
	// notification comes from there.
	Offer func(t *testing.T, c collection.Collection)
	// Heard returns what the station has told its user since the last call.
	Heard func(t *testing.T) []notify.Notification
}

// Recipient checks a station, or a link to one, against the contract of
// transport.Recipient.
func Recipient(t *testing.T, open func(t *testing.T) RecipientFixture) {
	run(t, func(t *testing.T) *news { return newNews(t, open(t)) }, []check[*news]{
		{"delivered, and repeated", delivered},
		{"newer news", deliveredNewer},
		{"delivered by many at once", deliveredAtOnce},
		{"to somebody else", deliveredToOthers},
		{"from those who may not tell", deliveredByOthers},
		{"from a completer", deliveredByCompleter},
		{"from a reader", deliveredByReader},
		{"of what cannot be had", deliveredTooEarly},
		{"of what does not verify", deliveredForged},
		{"canceled context", deliveredCanceled},
	})
}

// news is a collection whose author tells of it in a test: first of it, and then
// that its only item is complete.
type news struct {
	RecipientFixture
	author       transport.Recipient
	c, complete  collection.Collection
	first, newer notify.Notification
}

func newNews(t *testing.T, a RecipientFixture, completers ...collection.UserID) *news {
	t.Helper()
	n := &news{RecipientFixture: a, author: a.As(a.Author)}
	n.c = sealed(t, a.Signer, collection.Header{ID: collection.ID{1}, Author: a.Author}, collection.Body{
		Items:      []collection.Item{{ID: collection.ItemID{1}, Digests: []collection.Digest{{1}, {2}, {3}}}},
		Recipients: []collection.UserID{a.Owner, a.Other}, Completers: completers,
	})
	n.first = tell(t, n.c, notify.Shared, a.Owner)
	u, err := n.c.CompleteAll(a.Author)
	n.complete = with(t, a.Signer, n.c, u, err)
	n.newer = tell(t, n.complete, notify.Available, a.Owner)
	return n
}

// tell makes the notification that tells somebody of a collection.
func tell(t *testing.T, c collection.Collection, reason notify.Reason, to collection.UserID) notify.Notification {
	t.Helper()
	n, err := notify.Make(c, reason, "")
	want(t, err, nil)
	availability, err := notify.Availability(c)
	want(t, err, nil)
	return n.For(to, availability)
}

// takes delivers a notification, which is taken.
func (n *news) takes(t *testing.T, what notify.Notification) {
	t.Helper()
	want(t, n.author.Deliver(t.Context(), what), nil)
}

// hears checks what the user has heard since the last time.
func (n *news) hears(t *testing.T, all ...notify.Notification) {
	t.Helper()
	got := n.Heard(t)
	if len(got) != len(all) {
		t.Fatalf("heard %+v, want %+v", got, all)
	}
	for i := range got {
		if got[i].ID != all[i].ID || got[i].Reason != all[i].Reason || got[i].Title != all[i].Title || got[i].Labelled != all[i].Labelled {
			t.Errorf("heard %+v, want %+v", got[i], all[i])
		}
	}
}

func delivered(t *testing.T, n *news) {
	n.Offer(t, n.c)
	n.takes(t, n.first)
	n.takes(t, n.first)
	n.hears(t, n.first)
	n.takes(t, n.first)
	n.hears(t)
}

// deliveredNewer: the updates in a notification are all that its recipient
// needs, and an older one that comes late tells nothing.
func deliveredNewer(t *testing.T, n *news) {
	n.Offer(t, n.c)
	n.takes(t, n.first)
	n.hears(t, n.first)
	n.takes(t, n.newer)
	n.hears(t, n.newer)
	n.takes(t, n.first)
	n.takes(t, n.newer)
	n.hears(t)
}

func deliveredAtOnce(t *testing.T, n *news) {
	n.Offer(t, n.c)
	atOnce(t, 8, func(int) error { return n.author.Deliver(t.Context(), n.first) })
	n.hears(t, n.first)
}
