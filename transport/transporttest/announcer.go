package transporttest

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Announcer checks a hub, or a link to one, against the contract of
// transport.Announcer.
func Announcer(t *testing.T, open func(t *testing.T) HubFixture) {
	run(t, func(t *testing.T) *deal { return newDeal(t, open(t)) }, []check[*deal]{
		{"announced, in two parts", announced},
		{"announced again", announcedAgain},
		{"announced by a completer", announcedByCompleter},
		{"announced by others", announcedByOthers},
		{"announced before the seal", announcedUnsealed},
		{"withdrawn items are announced", announcedWithdrawn},
		{"items that are none are announced", announcedNoItems},
		{"what is announced is not served", announcedLies},
		{"announced after its context", announcedCanceled},
	})
}

// served is transport.Originals as a function.
type served func(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error)

func (s served) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	return s(ctx, ref, offset, n)
}

// serving serves bytes as the complete versions of items.
func serving(items map[collection.ItemID][]byte) served {
	return func(_ context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
		data, ok := items[ref.Item]
		if !ok {
			return nil, transport.ErrNotFound
		}
		tree, err := digest.ReadTree(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		if offset > tree.Size() {
			offset %= max(tree.Size(), 1)
		}
		if n < 0 {
			n = tree.Size() - offset
		}
		var proved bytes.Buffer
		if _, err := tree.WriteRange(&proved, bytes.NewReader(data), offset, n); err != nil {
			return nil, transport.Wrap(err)
		}
		return &transport.Stream{ReadCloser: io.NopCloser(&proved), Size: tree.Size()}, nil
	}
}

// source is a station of a user's that serves the originals of the collection.
func (d *deal) source(by collection.UserID) transport.Source {
	return d.Serve(by, serving(map[collection.ItemID][]byte{d.ref(0, 0).Item: originalOf(0), d.ref(1, 0).Item: originalOf(1)}))
}

// announcement says that a station serves these items.
func (d *deal) announcement(at transport.Source, items ...int) transport.Announcement {
	return transport.Announcement{Author: d.Author, ID: d.c.ID(), Items: transport.BitsOf(items...), URL: at.URL, Endpoint: at.Endpoint}
}

// refuses announces something that is refused, and changes nothing.
func (d *deal) refuses(t *testing.T, by transport.Announcer, a transport.Announcement, target error) {
	t.Helper()
	_, err := by.Announce(t.Context(), a)
	want(t, err, target)
	d.labelled(t, 2)
}

// labelled checks how many labels the collection has.
func (d *deal) labelled(t *testing.T, n int) transport.State {
	t.Helper()
	state, err := d.author.Collection(t.Context(), d.c.Name())
	want(t, err, nil)
	c, err := collection.Decode(state.Collection)
	want(t, err, nil)
	if c.Labelled() != n {
		t.Errorf("%d labels, want %d", c.Labelled(), n)
	}
	return state
}

// hears checks that the reader's feed has one more entry.
func (d *deal) hears(t *testing.T, reason notify.Reason, labelled int) {
	t.Helper()
	got := heard(t, d.reader, d.read, 1)
	if n := got.Entries[0].Notification; n.Reason != reason || n.Labelled != labelled {
		t.Errorf("told %+v, want reason %d and %d labels", n, reason, labelled)
	}
	d.read = got.Next
}

func announced(t *testing.T, d *deal) {
	d.upload(t)
	d.hears(t, notify.Shared, 2)
	source := d.source(d.Author)
	for item, left := range []int{1, 0} {
		answer, err := d.author.Announce(t.Context(), d.announcement(source, item))
		want(t, err, nil)
		if answer.Next != transport.Done || len(answer.Updates) == 0 {
			t.Errorf("answer %+v", answer)
		}
		state := d.labelled(t, left)
		if !serves(state.Sources, item) || serves(state.Sources, 1) != (left == 0) || state.Sources[0].URL != source.URL {
			t.Errorf("served by %+v", state.Sources)
		}
		d.hears(t, notify.Available, left)
	}
	whole(t, d.reader, d.c)
}

// announcedAgain: what has been announced is no news, whoever says it and how
// often.
func announcedAgain(t *testing.T, d *deal) {
	d.upload(t)
	a := d.announcement(d.source(d.Author), 0, 1)
	for range 2 {
		atOnce(t, 4, func(int) error {
			_, err := d.author.Announce(t.Context(), a)
			return err
		})
	}
	if state := d.labelled(t, 0); len(state.Sources) != 1 {
		t.Errorf("served by %+v", state.Sources)
	}
	d.hears(t, notify.Shared, 0) // the second notification before the first was read
	_, err := d.author.Announce(t.Context(), a)
	want(t, err, nil)
	heard(t, d.reader, d.read, 0)
}
