package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// offers shares a collection without uploading anything.
func (c *camera) offers(t *testing.T, name collection.Name) transport.Answer {
	t.Helper()
	made, err := c.Collection(t.Context(), name)
	must(t, err)
	data, err := made.MarshalBinary()
	must(t, err)
	all := transport.AllBits(len(c.items))
	answer, err := c.hub.Share(t.Context(), transport.Share{Collection: data, Offers: []transport.Bits{all}})
	must(t, err)
	return answer
}

// TestUploadAgain: an upload whose connection has died, without anybody noticing,
// does not block the next one, of the same collection or of another one of the
// same photo. When more of it comes after all, it is told that all is there.
func TestUploadAgain(t *testing.T) {
	for _, other := range []bool{false, true} {
		w := newWorld(t, hub.Config{})
		ann, bob := w.user("ann"), w.user("bob")
		cam := w.camera(ann, 1)
		name, again := cam.make("one", bob), cam.make("two", bob)
		if !other {
			again = name
		}
		cam.offers(t, name)
		r, dead := io.Pipe()
		t.Cleanup(func() { _ = dead.Close() })
		ended := make(chan error, 1)
		go func() {
			_, err := w.hub.As(ann).PutVersion(context.Background(), ref(name, cam, 0, 0), 0, r)
			ended <- err
		}()
		data := cam.versions[cam.items[0].ID][0]
		_, err := dead.Write(data[:10])
		must(t, err)
		_, err = cam.Share(t.Context(), cam.hub, again)
		must(t, err)
		go func() { _, _ = dead.Write(bytes.Repeat([]byte("x"), 100_000)) }()
		err = <-ended
		must(t, r.Close())
		must(t, err)
		s, err := w.hub.As(bob).Version(t.Context(), ref(again, cam, 0, 0), 0)
		must(t, err)
		got, err := io.ReadAll(s)
		must(t, errors.Join(err, s.Close()))
		if !bytes.Equal(got, data) {
			t.Errorf("%d other bytes are stored", len(got))
		}
	}
}

// lastly calls end when all has been read.
type lastly struct {
	io.Reader
	end func()
}

func (l lastly) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err != nil {
		l.end()
	}
	return n, err
}

// TestUploadOutlivesItsCaller: what came whole counts, though its caller is gone
// before it is stored; also the seal that was its end.
func TestUploadOutlivesItsCaller(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, b := w.camera(ann, 2), w.peer(bob, "bob")
	name := cam.make("title", bob)
	cam.offers(t, name)
	data := cam.versions[cam.items[0].ID][0]
	ctx, gone := context.WithCancel(t.Context())
	n, err := w.hub.As(ann).PutVersion(ctx, ref(name, cam, 0, 0), 0, lastly{bytes.NewReader(data), gone})
	if n != int64(len(data)) || err != nil {
		t.Errorf("%d bytes are stored, %v", n, err)
	}
	if a := cam.offers(t, name); a.Missing[0].Has(0) || !a.Missing[0].Has(1) {
		t.Errorf("missing %v", a.Missing)
	}
	_, _ = cam.Share(t.Context(), leaving{cam.w.hub.As(ann)}, name)
	if news, err := b.Receive(t.Context()); len(news) != 1 || err != nil {
		t.Errorf("bob has heard %v, %v", news, err)
	}
}

// leaving is a station whose caller is gone at the end of an upload.
type leaving struct{ transport.ShareReceiver }

func (l leaving) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	ctx, gone := context.WithCancel(ctx)
	defer gone()
	return l.ShareReceiver.Upload(ctx, name, lastly{stream, gone})
}
