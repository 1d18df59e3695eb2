package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// liar is a hub that changes what it passes on.
type liar struct {
	transport.Hub
	collection func([]byte) []byte
	update     func([]byte) []byte
	version    func([]byte) []byte
}

func (l *liar) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	s, err := l.Hub.Collection(ctx, name)
	if l.collection != nil {
		s.Collection = l.collection(s.Collection)
	}
	return s, err
}

func (l *liar) Notifications(ctx context.Context) (transport.Deliveries, error) {
	d, err := l.Hub.Notifications(ctx)
	for i := range d.Waiting {
		for j, u := range d.Waiting[i].Notification.Updates {
			if l.update != nil {
				d.Waiting[i].Notification.Updates[j] = l.update(u)
			}
		}
	}
	return d, err
}

func (l *liar) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	s, err := l.Hub.Version(ctx, ref, offset)
	if err == nil && l.version != nil {
		data, _ := io.ReadAll(s)
		s.ReadCloser = io.NopCloser(bytes.NewReader(l.version(data)))
	}
	return s, err
}

// flip changes one bit at a place, counted from the end if it is negative.
func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte {
		c := bytes.Clone(b)
		c[(at%len(c)+len(c))%len(c)] ^= 1
		return c
	}
}

// victim is Bob's peer behind a liar, in a main job that has come to the second
// notification.
func victim(t *testing.T) (*station, *liar, *camera, collection.Name) {
	w := newWorld(t, hub.Config{RequiredFromPeer: 1}) // no screens: the second notification is an update only
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	l := &liar{Hub: b.hub}
	b.reopen(func(cfg *peer.Config) { cfg.Hub = l })
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	b.publish = func() {
		_, err := cam.Share(t.Context(), cam.link(home), name)
		must(t, err)
		must(t, home.Publish(t.Context(), name))
	}
	return b, l, cam, name
}

func TestTamperedCollection(t *testing.T) {
	b, l, _, name := victim(t)
	data, err := b.hub.Collection(t.Context(), name)
	must(t, err)
	for at := range data.Collection {
		l.collection = flip(at)
		b.forgetsRefusals(t)
		news, err := b.Receive(t.Context())
		if len(news) > 0 || err == nil {
			t.Fatalf("bit %d flipped: %v %v", at, news, err)
		}
		if !errors.Is(err, transport.ErrSeal) && !errors.Is(err, transport.ErrMalformed) && !errors.Is(err, transport.ErrTooLarge) {
			t.Fatalf("bit %d flipped: %v", at, err)
		}
		if _, err := b.View(t.Context(), name); !errors.Is(err, transport.ErrNotFound) {
			t.Fatalf("bit %d flipped: stored, %v", at, err)
		}
	}
	l.collection = nil
	b.forgetsRefusals(t)
	b.hears(t, notify.Shared, 2) // it was not acknowledged, and comes again
}

func TestTamperedUpdate(t *testing.T) {
	b, l, _, name := victim(t)
	b.hears(t, notify.Shared, 2)
	b.publish()
	size := len(b.waits(t).Updates[0])
	for at := range size {
		l.update = flip(at)
		b.forgetsRefusals(t)
		news, err := b.Receive(t.Context())
		if len(news) > 0 || !errors.Is(err, transport.ErrSeal) && !errors.Is(err, transport.ErrMalformed) && !errors.Is(err, transport.ErrTooLarge) {
			t.Fatalf("bit %d flipped: %v %v", at, news, err)
		}
		if v, err := b.View(t.Context(), name); err != nil || v.Collection().Labelled() != 2 {
			t.Fatalf("bit %d flipped: a label is gone, %v", at, err)
		}
	}
	l.update = nil
	b.forgetsRefusals(t)
	b.hears(t, notify.Available, 0)
}

// forgetsRefusals makes the next try to verify a notification the first one.
func (s *station) forgetsRefusals(t *testing.T) {
	for r, err := range s.store.Scan(t.Context(), "f/") {
		must(t, err)
		must(t, s.store.Apply(t.Context(), transport.Change{Key: r.Key}))
	}
}

// waits returns the one notification that waits for a station.
func (s *station) waits(t *testing.T) notify.Notification {
	d, err := s.hub.Notifications(t.Context())
	must(t, err)
	return d.Waiting[0].Notification
}

func TestTamperedThumbnail(t *testing.T) {
	b, l, cam, name := victim(t)
	b.hears(t, notify.Shared, 2)
	l.version = flip(100)
	if err := b.Fetch(t.Context(), ref(name, cam, 0, 0)); !errors.Is(err, transport.ErrDigest) {
		t.Errorf("got %v", err)
	}
	if _, err := b.Open(t.Context(), ref(name, cam, 0, 0)); err == nil {
		t.Error("a tampered thumbnail was stored")
	}
	l.version = nil
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 0)))
}

// source serves originals that a test has changed.
type source func(transport.Ref, int64) (*transport.Stream, error)

func (s source) Original(_ context.Context, ref transport.Ref, offset, _ int64) (*transport.Stream, error) {
	return s(ref, offset)
}

func TestTamperedOriginal(t *testing.T) {
	b, _, cam, name := victim(t)
	b.hears(t, notify.Shared, 2)
	b.publish()
	b.hears(t, notify.Available, 0)
	for what, c := range map[string]struct {
		lie  func([]byte) []byte
		want error
	}{
		"first byte":    {flip(40), transport.ErrDigest},
		"second block":  {flip(66_000), transport.ErrDigest},
		"last byte":     {flip(-1), transport.ErrDigest},
		"cut off":       {func(b []byte) []byte { return b[:len(b)/2] }, transport.ErrUnreachable},
		"nothing":       {func([]byte) []byte { return nil }, transport.ErrUnreachable},
		"bytes after":   {func(b []byte) []byte { return append(b, 0) }, transport.ErrDigest},
		"another's":     {func(b []byte) []byte { return make([]byte, len(b)) }, transport.ErrDigest},
		"half and half": {func(b []byte) []byte { return append(b[:len(b)/2], b[:len(b)/2]...) }, transport.ErrDigest},
	} {
		b.forget(t, cam, name)
		b.reopen(func(cfg *peer.Config) {
			cfg.Dial = func(s transport.Source) transport.Originals {
				return source(func(r transport.Ref, offset int64) (*transport.Stream, error) {
					stream, err := b.linkURL(s.URL, s.User).Original(context.Background(), r, offset, -1)
					if err != nil {
						return nil, err
					}
					data, err := io.ReadAll(stream)
					must(t, err)
					stream.ReadCloser = io.NopCloser(bytes.NewReader(c.lie(data)))
					return stream, nil
				})
			}
		})
		if err := b.Fetch(t.Context(), ref(name, cam, 0, 2)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
		if _, err := b.Open(t.Context(), ref(name, cam, 0, 2)); err == nil {
			t.Errorf("%s: stored", what)
		}
	}
	b.reopen(nil)
	must(t, b.Fetch(t.Context(), ref(name, cam, 0, 2)))
}

// forget removes what a station has of the first photo's original.
func (s *station) forget(t *testing.T, cam *camera, name collection.Name) {
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	d, _ := c.Digest(0, 2)
	must(t, s.store.Delete(t.Context(), "v/"+c.Author().String()+"/"+d.String()))
}

// TestTamperedUpload: a hub takes no thumbnail that is not the author's, and
// nothing that it has not asked for.
func TestTamperedUpload(t *testing.T) {
	w := newWorld(t, hub.Config{MaxVersion: 10_000})
	cam := w.camera(w.user("ann"), 2)
	name := cam.make("title")
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	data, err := c.MarshalBinary()
	must(t, err)
	_, err = cam.hub.Share(t.Context(), transport.Share{Collection: data, Offers: []transport.Bits{transport.AllBits(2)}})
	must(t, err)
	good := cam.versions[cam.items[0].ID][0]
	for what, c := range map[string]struct {
		item, version int
		offset        int64
		data          []byte
		want          error
	}{
		"another photo":     {0, 0, 0, cam.versions[cam.items[1].ID][0], transport.ErrDigest},
		"a flipped bit":     {0, 0, 0, flip(5)(good), transport.ErrDigest},
		"too short":         {0, 0, 0, good[:100], transport.ErrDigest},
		"too long":          {0, 0, 0, make([]byte, 20_000), transport.ErrTooLarge},
		"a gap":             {0, 0, 5, good[5:], transport.ErrOffset},
		"not asked for":     {0, 2, 0, good, transport.ErrNotAsked},
		"no such item":      {7, 0, 0, good, transport.ErrNotAsked},
		"beyond the ladder": {0, 9, 0, good, transport.ErrNotAsked},
	} {
		var body bytes.Buffer
		u := transport.NewUploadWriter(&body)
		must(t, u.Version(c.item, c.version, c.offset, int64(len(c.data)), bytes.NewReader(c.data)))
		must(t, u.Close(transport.AuthorSeal{}))
		_, err := cam.hub.Upload(t.Context(), name, &body)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
		_, err = cam.hub.Version(t.Context(), ref(name, cam, 0, 0), 0)
		if !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("%s: stored, %v", what, err)
		}
	}
	_, err = cam.Share(t.Context(), cam.hub, name)
	must(t, err)
}

// TestTamperedShare: a share whose seal does not verify is refused.
func TestTamperedShare(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam := w.camera(ann, 1)
	c, err := cam.Collection(t.Context(), cam.make("title", bob))
	must(t, err)
	stolen, err := c.Sign(t.Context(), newSigner(t), w.now())
	must(t, err)
	data, err := stolen.MarshalBinary()
	must(t, err)
	if _, err := cam.hub.Share(t.Context(), transport.Share{Collection: data}); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("another's seal: %v", err)
	}
	_, err = cam.hub.Collection(t.Context(), c.Name())
	if !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("stored: %v", err)
	}
}

// TestHostileAnnouncement: an announcement is checked before it counts.
func TestHostileAnnouncement(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 2), w.peer(ann, "home"), w.peer(bob, "bob")
	name := cam.make("title", bob)
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	both := transport.BitsOf(0, 1)
	say := func(s *station, address string, items transport.Bits) error {
		_, err := s.hub.Announce(t.Context(), transport.Announcement{Author: ann, ID: name.ID, Items: items, URL: address})
		return err
	}
	for what, c := range map[string]struct{ got, want error }{
		"by a recipient":        {say(b, home.url, both), transport.ErrForbidden},
		"nobody there":          {say(home, "http://127.0.0.1:1", both), transport.ErrUnreachable},
		"what it does not have": {say(home, home.url, both), transport.ErrNotFound},
		"no address":            {say(home, "", both), transport.ErrUnreachable},
		"an item that is not":   {say(home, home.url, transport.BitsOf(2)), transport.ErrMalformed},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", what, c.got, c.want)
		}
	}
	v, err := w.hub.As(ann).Collection(t.Context(), name)
	must(t, err)
	if c, err := collection.Decode(v.Collection); err != nil || c.Labelled() != 2 || len(v.Sources) > 0 {
		t.Errorf("labels are gone: %v", err)
	}
}
