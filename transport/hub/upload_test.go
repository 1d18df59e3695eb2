package hub_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestUploadGoesOn: what came before a connection broke is not sent again.
func TestUploadGoesOn(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 3)
	name := cam.Album("title")
	answer := cam.Offers(name)
	if answer.Next != transport.Upload || answer.Missing[0].Len() != 3 {
		t.Fatalf("answer %+v", answer)
	}
	var body bytes.Buffer
	u := transport.NewUploadWriter(&body)
	for i := range 2 {
		labtest.Must(t, u.Version(i, 0, 0, 4096, bytes.NewReader(cam.Card[cam.Items[i].ID][0])))
	}
	broken := bytes.NewReader(body.Bytes()[:body.Len()-1000])
	if _, err := cam.ToHub().Upload(t.Context(), name, broken); err == nil {
		t.Fatal("a broken upload was taken")
	}
	answer = cam.Offers(name)
	if answer.Missing[0].Has(0) || len(answer.Parts) != 1 || answer.Parts[0].Item != 1 || answer.Parts[0].Size != 3096 {
		t.Errorf("answer %+v", answer)
	}
	if n, err := cam.ToHub().PutVersion(t.Context(), cam.Ref(name, 1, 0), 0, nil); n != 3096 || err != nil {
		t.Errorf("%d bytes are said to be stored, %v", n, err)
	}
	n, err := cam.ToHub().PutVersion(t.Context(), cam.Ref(name, 1, 0), 3096, bytes.NewReader(cam.Card[cam.Items[1].ID][0][3096:]))
	if n != 4096 || err != nil {
		t.Errorf("put: %d, %v", n, err)
	}
	if last := cam.Shares(name); last.Next != transport.Done {
		t.Errorf("last: %+v", last)
	}
}

// TestTamperedUpload: a hub takes no thumbnail that is not the author's, and
// nothing that it has not asked for.
func TestTamperedUpload(t *testing.T) {
	w := labtest.New(t, hub.Config{MaxVersion: 10_000})
	cam := w.Camera(w.User("ann"), 2)
	name := cam.Album("title")
	cam.Offers(name)
	good := cam.Card[cam.Items[0].ID][0]
	for what, c := range map[string]struct {
		item, version int
		offset        int64
		data          []byte
		want          error
	}{
		"another photo":     {0, 0, 0, cam.Card[cam.Items[1].ID][0], transport.ErrDigest},
		"a flipped bit":     {0, 0, 0, slices.Concat([]byte{good[0] ^ 1}, good[1:]), transport.ErrDigest},
		"too short":         {0, 0, 0, good[:100], transport.ErrDigest},
		"too long":          {0, 0, 0, make([]byte, 20_000), transport.ErrTooLarge},
		"a gap":             {0, 0, 5, good[5:], transport.ErrOffset},
		"not asked for":     {0, 2, 0, good, transport.ErrNotAsked},
		"no such item":      {7, 0, 0, good, transport.ErrNotAsked},
		"beyond the ladder": {0, 9, 0, good, transport.ErrNotAsked},
	} {
		var body bytes.Buffer
		u := transport.NewUploadWriter(&body)
		labtest.Must(t, u.Version(c.item, c.version, c.offset, int64(len(c.data)), bytes.NewReader(c.data)))
		labtest.Must(t, u.Close(transport.AuthorSeal{}))
		_, err := cam.ToHub().Upload(t.Context(), name, &body)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
		_, err = cam.ToHub().Version(t.Context(), cam.Ref(name, 0, 0), 0)
		if !errors.Is(err, transport.ErrPending) {
			t.Errorf("%s: stored, %v", what, err)
		}
	}
	cam.Shares(name)
}

// TestTwinUploadsAtOnce: uploads of twins over several connections at the same time
// all succeed.
func TestTwinUploadsAtOnce(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 3), w.Peer(bob, "bob")
	cam.Copies(1, 2)
	names := []collection.Name{cam.Album("one", bob), cam.Album("two", bob)}
	var all sync.WaitGroup
	for _, name := range names {
		cam.Offers(name)
		for i := range cam.Items {
			all.Go(func() {
				data := bytes.NewReader(cam.Card[cam.Items[i].ID][0])
				if _, err := cam.ToHub().PutVersion(t.Context(), cam.Ref(name, i, 0), 0, data); err != nil {
					t.Errorf("item %d: %v", i, err)
				}
			})
		}
		all.Go(func() {
			if _, err := cam.Share(t.Context(), cam.ToHub(), name); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if news := b.Receives(); len(news) != 2 {
		t.Errorf("heard %+v", news)
	}
	for _, name := range names {
		b.FetchesAll(cam, name, 0, true)
		b.Shows(cam, name, 0)
	}
	if n := b.Downloads(); n != 1 {
		t.Errorf("%d thumbnails came for two collections", n)
	}
}

// TestUploadAgain: an upload whose connection has died, without anybody noticing,
// does not block the next one, of the same collection or of another one of the
// same photo. When more of it comes after all, it is told that all is there.
func TestUploadAgain(t *testing.T) {
	for _, other := range []bool{false, true} {
		w := labtest.New(t, hub.Config{})
		ann, bob := w.User("ann"), w.User("bob")
		cam := w.Camera(ann, 1)
		name, again := cam.Album("one", bob), cam.Album("two", bob)
		if !other {
			again = name
		}
		cam.Offers(name)
		r, dead := io.Pipe()
		t.Cleanup(func() { _ = dead.Close() })
		ended := make(chan error, 1)
		go func() {
			_, err := w.Hub.Hub.As(ann).PutVersion(context.Background(), cam.Ref(name, 0, 0), 0, r)
			ended <- err
		}()
		data := cam.Card[cam.Items[0].ID][0]
		_, err := dead.Write(data[:10])
		labtest.Must(t, err)
		cam.Shares(again)
		go func() { _, _ = dead.Write(bytes.Repeat([]byte("x"), 100_000)) }()
		err = <-ended
		labtest.Must(t, r.Close())
		labtest.Must(t, err)
		s, err := w.Hub.Hub.As(bob).Version(t.Context(), cam.Ref(again, 0, 0), 0)
		labtest.Must(t, err)
		got, err := io.ReadAll(s)
		labtest.Must(t, errors.Join(err, s.Close()))
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
	w, cam, _, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Offers(name)
	data := cam.Card[cam.Items[0].ID][0]
	ctx, gone := context.WithCancel(t.Context())
	n, err := w.Hub.Hub.As(cam.User).PutVersion(ctx, cam.Ref(name, 0, 0), 0, lastly{bytes.NewReader(data), gone})
	if n != int64(len(data)) || err != nil {
		t.Errorf("%d bytes are stored, %v", n, err)
	}
	if a := cam.Offers(name); a.Missing[0].Has(0) || !a.Missing[0].Has(1) {
		t.Errorf("missing %v", a.Missing)
	}
	_, _ = cam.Share(t.Context(), leaving{w.Hub.Hub.As(cam.User)}, name)
	b.Hears(notify.Shared, 2)
}

// leaving is a station whose caller is gone at the end of an upload.
type leaving struct{ transport.ShareReceiver }

func (l leaving) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	ctx, gone := context.WithCancel(ctx)
	defer gone()
	return l.ShareReceiver.Upload(ctx, name, lastly{stream, gone})
}
