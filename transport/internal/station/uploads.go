package station

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/turns"
)

// An upload belongs to all who bring the bytes of one version at the same time:
// two items with equal bytes, two stations, or a sender that comes again while
// its old connection is dead and nobody has noticed. Each of them reads its own
// stream; whoever is ahead of what is stored adds to it, the others pass over
// what is there already. So nobody ends or awaits anybody: the version is stored
// once, when the first of them has come to its end, and is there for all.

// Why an upload takes nothing more.
var (
	errWhole = errors.New("the version is stored")
	errAnew  = transport.At(transport.ErrOffset, "what was there was not its beginning")
)

// uploads are the versions that are coming in, by the store's key. The zero
// uploads are none.
type uploads struct {
	mu    sync.Mutex
	now   map[string]*upload
	small map[string]int64 // bytes that have come of what may be small, and are not stored yet
}

// begun returns how much has come of what may be small.
func (u *uploads) begun(key string) int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.small[key]
}

// begin counts what comes of r.
func (u *uploads) begin(key string, r io.Reader) (counting io.Reader, end func()) {
	return countingReader{r, func(n int) {
			u.mu.Lock()
			defer u.mu.Unlock()
			if u.small == nil {
				u.small = map[string]int64{}
			}
			u.small[key] += int64(n)
		}}, func() {
			u.mu.Lock()
			defer u.mu.Unlock()
			delete(u.small, key)
		}
}

type countingReader struct {
	io.Reader
	count func(n int)
}

func (c countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.count(n)
	return n, err
}

// upload is one of them. Its writer is open while anybody takes part.
type upload struct {
	all *uploads
	key string
	in  int // how many take part; guarded by all.mu

	mu     sync.Mutex
	to     transport.BlobWriter
	proved digest.Beginning  // its first blocks, as far as they were proved
	store  transport.Records // where those of a part are kept; nil = nowhere
	end    error             // why nothing more is taken
}

// otherUpload is how long the pauses are in which the upload of another process is waited
// for.
const otherUpload = 100 * time.Millisecond

// join takes part in the upload of a key, and goes on with what is there of it. Another
// process that shares the store is waited for, but not for long: then the error wraps
// transport.ErrConflict. Whoever joins leaves.
func (k *Versions) join(ctx context.Context, key string) (*sharer, error) {
	for waited := time.Duration(0); ctx.Err() == nil; {
		s := &sharer{upload: k.uploads.enter(key)}
		open, err := s.open(ctx, k)
		if open {
			return s, nil
		}
		if err = errors.Join(err, s.leave()); errors.Is(err, transport.ErrConflict) && waited < turns.Stall {
			k.Pause.Wait(ctx, nil, otherUpload)
			waited += otherUpload
		} else if err != nil {
			return nil, err
		}
	}
	return nil, ctx.Err()
}

// anew is join, but what is there is not gone on with.
func (k *Versions) anew(ctx context.Context, key string) (*sharer, error) {
	for {
		s, err := k.join(ctx, key)
		if err != nil || s.Size() == 0 {
			return s, err
		}
		if err := errors.Join(s.discard(), s.leave()); err != nil {
			return nil, err
		}
	}
}

// enter counts one more in the upload of a key.
func (u *uploads) enter(key string) *upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now == nil {
		u.now = map[string]*upload{}
	}
	if u.now[key] == nil {
		u.now[key] = &upload{all: u, key: key}
	}
	u.now[key].in++
	return u.now[key]
}

// size returns how much of a version has come, if its upload is under way.
func (u *uploads) size(key string) (n int64, under bool) {
	u.mu.Lock()
	w := u.now[key]
	u.mu.Unlock()
	if w == nil {
		return 0, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.to == nil {
		return 0, false
	}
	return w.to.Size(), true
}

// forget has those who come later begin another upload, if nobody takes part in
// this one any more or it has ended.
func (u *uploads) forget(w *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now[w.key] == w && (w.in == 0 || w.end != nil) {
		delete(u.now, w.key)
	}
}

// open opens the writer, and reports whether it is open: the upload may have ended
// meanwhile.
func (w *upload) open(ctx context.Context, k *Versions) (open bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.end == nil && w.to == nil {
		err = w.create(ctx, k)
	}
	return w.end == nil && err == nil, err
}

// create goes on with the part that is there. What a hub has comes without proofs.
func (w *upload) create(ctx context.Context, k *Versions) error {
	to, err := k.Store.Create(ctx, w.key)
	if err == nil && k.MaxBytes == 0 {
		w.store = k.Store
		if w.proved, err = takeProved(ctx, k.Store, w.key, to.Size()); err != nil {
			err = errors.Join(err, to.Close())
		}
	}
	if err == nil {
		w.to = to
	}
	return err
}

// close closes the writer, and keeps what is known of the part.
func (w *upload) close() error {
	proved := cutTo(w.proved, int(min(int64(len(w.proved.Leaves)), w.to.Size()/digest.BlockSize)))
	err := w.to.Close()
	w.to = nil
	if err == nil && w.store != nil && len(proved.Leaves) > 0 {
		err = record.Put(context.Background(), w.store, putProved(w.key, proved)...)
	}
	return err
}

// Size returns how much has come, if nothing has ended it.
func (w *upload) Size() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.to == nil {
		return 0
	}
	return w.to.Size()
}

// ends notes that nothing more is taken, and why. It returns err.
func (w *upload) ends(why, err error) error {
	w.end, w.to = why, nil
	w.all.forget(w)
	return err
}
