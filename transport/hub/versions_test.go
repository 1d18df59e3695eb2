package hub_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// pulling is a recipient who reads the thumbnails of a collection, of which none has come yet.
type pulling struct {
	*labtest.World
	cam    *labtest.Camera
	bob    collection.UserID
	name   collection.Name
	stream io.ReadCloser
	in     *transport.UploadReader
}

func newPulling(t *testing.T, cfg hub.Config, photos int) *pulling {
	w := labtest.New(t, cfg)
	p := &pulling{World: w, cam: w.Camera(w.User("ann"), photos), bob: w.User("bob")}
	p.name = p.cam.Album("title", p.bob)
	p.cam.Offers(p.name)
	return p
}

// opens opens the stream at a hub.
func (p *pulling) opens(at *hub.Hub) {
	p.T.Helper()
	var err error
	p.stream, err = at.As(p.bob).Versions(p.T.Context(), p.name, 0, nil)
	labtest.Must(p.T, err)
	p.T.Cleanup(func() { p.stream.Close() })
	p.in = transport.NewUploadReader(p.stream)
}

// puts uploads one thumbnail at a hub.
func (p *pulling) puts(at *hub.Hub, i int) {
	p.T.Helper()
	_, err := at.As(p.cam.User).PutVersion(p.T.Context(), p.cam.Ref(p.name, i, 0), 0, bytes.NewReader(p.thumb(i)))
	labtest.Must(p.T, err)
}

func (p *pulling) thumb(i int) []byte { return p.cam.Card[p.cam.Items[i].ID][0] }

// reads reads some thumbnails, which are the next that come.
func (p *pulling) reads(items ...int) {
	p.T.Helper()
	for _, i := range items {
		f, err := p.in.Next()
		labtest.Must(p.T, err)
		data, err := io.ReadAll(f)
		labtest.Must(p.T, err)
		if f.Item != i || !bytes.Equal(data, p.thumb(i)) {
			p.T.Fatalf("%d bytes of item %d came, want item %d", len(data), f.Item, i)
		}
	}
}

// ends reads the end of the stream.
func (p *pulling) ends(want error) {
	p.T.Helper()
	if f, err := p.in.Next(); !errors.Is(err, want) {
		p.T.Fatalf("the end: item %d, %v, want %v", f.Item, err, want)
	}
}

// TestEachAsItComes: who has begun to read gets each thumbnail when it has come, and the end
// when nothing is awaited any more, without asking again.
func TestEachAsItComes(t *testing.T) {
	p := newPulling(t, hub.Config{Wait: time.Hour}, 3)
	p.puts(p.Hub.Hub, 1)
	p.opens(p.Hub.Hub)
	p.reads(1)
	p.puts(p.Hub.Hub, 2)
	p.reads(2)
	p.puts(p.Hub.Hub, 0)
	p.reads(0)
	p.ends(io.EOF)
}

// TestPullAtAnotherHub: it may come at another process of the hub.
func TestPullAtAnotherHub(t *testing.T) {
	store, bus := new(memstore.Store), new(memstore.Bus)
	p := newPulling(t, hub.Config{Wait: time.Hour, Store: store, Bus: bus}, 2)
	other, err := hub.New(t.Context(), p.Hub.Signer, hub.Config{Wait: time.Hour, Store: store, Bus: bus, Now: p.Now})
	labtest.Must(t, err)
	p.opens(other)
	for i := range 2 {
		p.puts(p.Hub.Hub, i)
		p.reads(i)
	}
	p.ends(io.EOF)
	labtest.Must(t, errors.Join(p.stream.Close(), other.Close(t.Context())))
}

// deaf is a bus that carries nothing.
type deaf struct{ memstore.Bus }

func (*deaf) Publish(context.Context, ...string) error { return nil }

// TestPullWithoutWakeUps: what nobody was woken for comes when the time is over.
func TestPullWithoutWakeUps(t *testing.T) {
	p := newPulling(t, hub.Config{Wait: 50 * time.Millisecond, Bus: new(deaf)}, 2)
	p.puts(p.Hub.Hub, 0)
	p.opens(p.Hub.Hub)
	p.reads(0)
	p.puts(p.Hub.Hub, 1)
	p.reads(1)
	p.ends(io.EOF)
}

// TestPullWhatNeverComes: a device that never comes back keeps nobody for longer than the hub
// waits.
func TestPullWhatNeverComes(t *testing.T) {
	p := newPulling(t, hub.Config{Wait: time.Millisecond}, 2)
	p.puts(p.Hub.Hub, 1)
	p.opens(p.Hub.Hub)
	p.reads(1)
	p.ends(io.EOF)
}

// TestPullIsDecidedAnew: who may not read any more gets nothing more, although he has begun.
func TestPullIsDecidedAnew(t *testing.T) {
	p := newPulling(t, hub.Config{Wait: time.Hour}, 2)
	p.puts(p.Hub.Hub, 0)
	p.opens(p.Hub.Hub)
	p.reads(0)
	reader := fmt.Sprintf("r/%v/%v", p.name, p.bob)
	labtest.Must(t, record.Put(t.Context(), p.Hub.Store, transport.Change{Key: reader}))
	p.puts(p.Hub.Hub, 1)
	p.ends(transport.ErrNotFound)
}

// TestPullEndsWithTheHub: a hub that is closed ends who waits, and waits for who reads.
func TestPullEndsWithTheHub(t *testing.T) {
	p := newPulling(t, hub.Config{Wait: time.Hour}, 2)
	p.puts(p.Hub.Hub, 0)
	p.opens(p.Hub.Hub)
	p.reads(0)
	closed := make(chan error, 1)
	go func() { closed <- p.Hub.Hub.Close(context.WithoutCancel(t.Context())) }()
	p.ends(io.EOF)
	labtest.Must(t, p.stream.Close())
	labtest.Must(t, <-closed)
	if _, err := p.Hub.Hub.As(p.bob).Versions(t.Context(), p.name, 0, nil); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestPullEndsWithItsContext: so does who goes away.
func TestPullEndsWithItsContext(t *testing.T) {
	p := newPulling(t, hub.Config{Wait: time.Hour}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := p.Hub.Hub.As(p.bob).Versions(ctx, p.name, 0, nil)
	labtest.Must(t, err)
	cancel()
	if _, err := stream.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	labtest.Must(t, errors.Join(stream.Close(), stream.Close()))
}

// TestPullOfAllKinds: many, those that are records and those that are blobs, once where they
// are the same bytes; those that are withdrawn, or have expired, not at all.
func TestPullOfAllKinds(t *testing.T) {
	w := labtest.New(t, hub.Config{Wait: time.Hour})
	p := &pulling{World: w, cam: w.Camera(w.User("ann"), 60), bob: w.User("bob")}
	home := w.Peer(p.cam.User, "home")
	for i := 0; i < 60; i += 7 {
		photo := p.cam.Card[p.cam.Items[i].ID]
		photo[0] = lab.Noise(fmt.Sprint(i), 70_000+i)
		p.cam.Card[p.cam.Items[i].ID] = photo
	}
	p.cam.Copies(58, 59)
	p.name = p.cam.Album("title", p.bob)
	p.cam.Shares(p.name)
	p.cam.Syncs(home, p.name)
	home.Withdraws(p.name, p.cam.Items[3].ID)
	labtest.Must(t, lab.LoseVersion(t.Context(), p.Hub.Store, p.cam.BlobKey(p.name, 5, 0)))
	labtest.Must(t, p.Hub.Store.Delete(t.Context(), p.cam.BlobKey(p.name, 7, 0)))
	p.opens(p.Hub.Hub)
	for i := range 58 {
		if i != 3 && i != 5 && i != 7 {
			p.reads(i)
		}
	}
	p.ends(io.EOF)
}
