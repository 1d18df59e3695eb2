package peer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/internal/record"
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

func (l *liar) Changes(ctx context.Context, read transport.ChangesRequest) (transport.Changes, error) {
	d, err := l.Hub.Changes(ctx, read)
	for i := range d.Entries {
		if state := d.Entries[i].State; state != nil && l.collection != nil {
			state.Collection = l.collection(state.Collection)
		}
		for j, u := range d.Entries[i].Notification.Updates {
			if l.update != nil {
				d.Entries[i].Notification.Updates[j] = l.update(u)
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

// victim is Bob's peer behind a liar, in a main job that publish brings to the second
// notification.
type victim struct {
	*labtest.World
	cam       *labtest.Camera
	home, bob *labtest.Peer
	name      collection.Name
	liar      liar
}

func newVictim(t *testing.T) *victim {
	v := new(victim)
	// no screens: the second notification is an update only
	v.World, v.cam, v.home, v.bob, v.name = labtest.NewAlbum(t, hub.Config{RequiredFromPeer: 1}, 2)
	v.bob.Restart(func(cfg *peer.Config) {
		v.liar.Hub = cfg.Hub
		cfg.Hub = &v.liar
	})
	v.cam.Shares(v.name)
	return v
}

func (v *victim) publish() {
	v.cam.Syncs(v.home, v.name)
	v.home.Publishes(v.name)
}

// TestTamperedCollection: a collection with any bit flipped is not stored.
func TestTamperedCollection(t *testing.T) {
	v := newVictim(t)
	b, l, name := v.bob, &v.liar, v.name
	data, err := b.ToHub().Collection(t.Context(), name)
	labtest.Must(t, err)
	for at := range data.Collection {
		if testing.Short() && at%4 > 0 {
			continue
		}
		l.collection = flip(at)
		forgetsRefusals(t, b)
		news, err := b.Reader.Receive(t.Context())
		if len(news) > 0 || err == nil {
			t.Fatalf("bit %d flipped: %v %v", at, news, err)
		}
		if !errors.Is(err, transport.ErrSeal) && !errors.Is(err, transport.ErrMalformed) && !errors.Is(err, transport.ErrTooLarge) {
			t.Fatalf("bit %d flipped: %v", at, err)
		}
		if _, err := b.Reader.View(t.Context(), name); !errors.Is(err, transport.ErrNotFound) {
			t.Fatalf("bit %d flipped: stored, %v", at, err)
		}
	}
	l.collection = nil
	forgetsRefusals(t, b)
	b.Hears(notify.Shared, 2) // it is read again
}

// TestTamperedUpdate: an update with any bit flipped takes no label off.
func TestTamperedUpdate(t *testing.T) {
	v := newVictim(t)
	b, l, name := v.bob, &v.liar, v.name
	b.Hears(notify.Shared, 2)
	v.publish()
	size := len(v.Waiting(b.User)[0].Notification.Updates[0])
	for at := range size {
		l.update = flip(at)
		forgetsRefusals(t, b)
		news, err := b.Reader.Receive(t.Context())
		if len(news) > 0 || !errors.Is(err, transport.ErrSeal) && !errors.Is(err, transport.ErrMalformed) && !errors.Is(err, transport.ErrTooLarge) {
			t.Fatalf("bit %d flipped: %v %v", at, news, err)
		}
		if b.Views(name).Labelled() != 2 {
			t.Fatalf("bit %d flipped: a label is gone", at)
		}
	}
	l.update = nil
	forgetsRefusals(t, b)
	b.Hears(notify.Available, 0)
}

// forgetsRefusals makes the next try to verify a notification the first one.
func forgetsRefusals(t *testing.T, s *labtest.Peer) {
	for _, kind := range []string{"f/", "cursor/"} {
		for r, err := range s.Store.Scan(t.Context(), kind, "", 0) {
			labtest.Must(t, err)
			labtest.Must(t, record.Put(t.Context(), s.Store, transport.Change{Key: r.Key}))
		}
	}
}

// TestTamperedThumbnail: other bytes are not stored.
func TestTamperedThumbnail(t *testing.T) {
	v := newVictim(t)
	b, l, cam, name := v.bob, &v.liar, v.cam, v.name
	b.Hears(notify.Shared, 2)
	l.version = flip(100)
	b.CannotFetch(transport.ErrDigest, cam.Ref(name, 0, 0))
	if _, err := b.Reader.Open(t.Context(), cam.Ref(name, 0, 0)); err == nil {
		t.Error("a tampered thumbnail was stored")
	}
	l.version = nil
	b.Fetches(cam.Ref(name, 0, 0))
}

// source serves originals that a test has changed.
type source struct {
	transport.Home
	lie func([]byte) []byte
}

func (s source) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	stream, err := s.Home.Original(ctx, ref, offset, n)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(stream)
	if err != nil {
		return nil, err
	}
	stream.ReadCloser = io.NopCloser(bytes.NewReader(s.lie(data)))
	return stream, nil
}

// TestTamperedOriginal: whatever a source does with the bytes, only the true ones are stored.
func TestTamperedOriginal(t *testing.T) {
	v := newVictim(t)
	b, cam, name := v.bob, v.cam, v.name
	b.Hears(notify.Shared, 2)
	v.publish()
	b.Hears(notify.Available, 0)
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
		labtest.Must(t, b.Store.Delete(t.Context(), cam.BlobKey(name, 0, 2)))
		b.Restart(func(cfg *peer.Config) {
			dial := cfg.Dial
			cfg.Dial = func(s transport.Source) transport.Home { return source{dial(s), c.lie} }
		})
		b.CannotFetch(c.want, cam.Ref(name, 0, 2))
		if _, err := b.Reader.Open(t.Context(), cam.Ref(name, 0, 2)); err == nil {
			t.Errorf("%s: stored", what)
		}
	}
	b.Restart(nil)
	b.Fetches(cam.Ref(name, 0, 2))
}
