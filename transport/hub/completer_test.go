package hub_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// besieged is an album of ann's, whom carol may complete it for, and means to stop.
type besieged struct {
	w               *labtest.World
	carol           collection.UserID
	cam             *labtest.Camera
	home, bob, hers *labtest.Peer
	name            collection.Name
	keys            []*signature.Signer // of carol's
	said            int                 // words so far
}

func newBesieged(t *testing.T, keys int) *besieged {
	w := labtest.New(t, hub.Config{})
	b := &besieged{w: w, carol: w.User("carol")}
	ann, reader := w.User("ann"), w.User("bob")
	b.cam, b.home, b.bob, b.hers = w.Camera(ann, 4), w.Peer(ann, "home"), w.Peer(reader, "bob"), w.Peer(b.carol, "carol")
	b.keys = []*signature.Signer{b.hers.Signer}
	for i := range keys - 1 {
		s := w.NewStation(fmt.Sprint("carol ", i), b.carol)
		s.Signer = lab.Signer(fmt.Sprint("carol ", i))
		labtest.Must(t, s.Enroll(t.Context()))
		b.keys = append(b.keys, s.Signer)
	}
	b.name = b.cam.AlbumOf("album", collection.Body{Recipients: []collection.UserID{reader}, Completers: []collection.UserID{b.carol}})
	b.cam.Shares(b.name)
	b.cam.Syncs(b.home, b.name)
	labtest.Must(t, b.hers.Reader.Refresh(t.Context(), b.name))
	return b
}

// words are updates of carol's keys by turns, each of another generation that nobody has
// opened, so that none says what another does.
func (b *besieged) words(t *testing.T, n int) (us []collection.Update) {
	made, _ := b.cam.Encoded(b.name)
	opened, err := collection.New(made.Header(), made.Body())
	labtest.Must(t, err)
	id := b.cam.Items[b.said%2].ID
	for range n + b.said {
		u, err := opened.TakeBack(opened.Author(), id)
		labtest.Must(t, err)
		opened, _, err = opened.Apply(u)
		labtest.Must(t, err)
		u, err = opened.Complete(b.carol, id)
		labtest.Must(t, err)
		u, err = u.Sign(t.Context(), b.keys[len(us)%len(b.keys)], b.w.Now())
		labtest.Must(t, err)
		us = append(us, u)
	}
	us, b.said = us[b.said:], b.said+n
	return us
}

// sends shares the collection with these updates with the hub, one share for as many
// as there are keys.
func (b *besieged) sends(t *testing.T, us []collection.Update) {
	for some := range slices.Chunk(us, len(b.keys)) {
		c, _ := b.cam.Encoded(b.name)
		c, _, err := c.Apply(some...)
		labtest.Must(t, err)
		data, err := c.MarshalBinary()
		labtest.Must(t, err)
		_, err = b.hers.ToHub().Share(t.Context(), transport.Share{Collection: data})
		labtest.Must(t, err)
	}
}

// holds is what must go on as if carol had said nothing.
func (b *besieged) holds(t *testing.T) {
	ctx := t.Context()
	b.home.Publishes(b.name)
	if c := b.shown(t, b.bob.Station.User); c.Labelled() != 0 {
		t.Errorf("%d labels at the hub, though all is served", c.Labelled())
	}
	b.home.Withdraws(b.name, b.cam.Items[3].ID)
	b.home.Retitles(b.name, "new title")
	labtest.Must(t, b.home.Author.TakeBack(ctx, b.name, b.cam.Items[2].ID))
	b.cam.Shares(b.name)
	labtest.Must(t, b.bob.Reader.Refresh(ctx, b.name))
	v, err := b.bob.Reader.View(ctx, b.name)
	labtest.Must(t, err)
	b.wants(t, "bob's peer", v.Collection())
	b.wants(t, "the hub", b.shown(t, b.carol))
	b.bob.Restart(nil)
	labtest.Must(t, b.bob.Reader.Refresh(ctx, b.name))
	fresh := b.w.Peer(b.bob.Station.User, "bob's phone")
	labtest.Must(t, fresh.Reader.Refresh(ctx, b.name))
	v, err = fresh.Reader.View(ctx, b.name)
	labtest.Must(t, err)
	b.wants(t, "a new station", v.Collection())
}

func (b *besieged) shown(t *testing.T, to collection.UserID) collection.Collection {
	s, err := b.w.Hub.Hub.As(to).Collection(t.Context(), b.name)
	labtest.Must(t, err)
	c, err := collection.Decode(s.Collection)
	labtest.Must(t, err)
	return c
}

// wants checks the state that holds ends in.
func (b *besieged) wants(t *testing.T, where string, c collection.Collection) {
	t.Helper()
	hers := 0
	for u := range c.Updates() {
		if u.Issuer() == b.carol {
			hers++
		}
	}
	_, lost := c.At(2)
	_, gone := c.At(3)
	if hers > min(16, len(b.keys)) || c.Title() != "new title" || lost != label.Rank(16) || !gone.Withdrawn() {
		t.Errorf("%s shows %q, item 2 %v, item 3 %v, with %d updates of carol's", where, c.Title(), lost, gone, hers)
	}
}

// TestCompleterFills: a completer with one key, and one with as many as a roster has,
// fills a collection at the hub, and that of the author's home with other words.
func TestCompleterFills(t *testing.T) {
	for _, keys := range []int{1, 16} {
		t.Run(fmt.Sprint(keys, " keys at the hub"), func(t *testing.T) {
			b := newBesieged(t, keys)
			b.sends(t, b.words(t, 40))
			b.holds(t)
		})
		t.Run(fmt.Sprint(keys, " keys everywhere"), func(t *testing.T) {
			b := newBesieged(t, keys)
			b.sends(t, b.words(t, 30))
			labtest.Must(t, b.home.Reader.Refresh(t.Context(), b.name))
			b.sends(t, b.words(t, 20))
			b.holds(t)
		})
	}
}

// TestCompleterHighGeneration: what a completer says of the last generation that there is
// waits for ever, and nobody else waits for it.
func TestCompleterHighGeneration(t *testing.T) {
	b := newBesieged(t, 1)
	b.sends(t, []collection.Update{b.last(t)})
	b.holds(t)
}

// last is a word of carol's on the last generation of every item.
func (b *besieged) last(t *testing.T) collection.Update {
	c, _ := b.cam.Encoded(b.name)
	u, err := c.CompleteAll(b.carol)
	labtest.Must(t, err)
	data, err := u.MarshalBinary()
	labtest.Must(t, err)
	rank, err := label.At(label.MaxGeneration, int(label.Complete))
	labtest.Must(t, err)
	complete := []byte{0x81, byte(label.Complete)} // the dictionary
	data = bytes.Replace(data, complete, binary.BigEndian.AppendUint32([]byte{0x81, 0x1a}, uint32(rank)), 1)
	u, err = collection.DecodeUpdate(data)
	labtest.Must(t, err)
	u, err = u.Sign(t.Context(), b.keys[0], b.w.Now())
	labtest.Must(t, err)
	return u
}
