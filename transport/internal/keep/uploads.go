package keep

import (
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// errNewer ends an upload when a newer one of the same version begins: its
// connection may be dead long before anybody notices, and whoever sends tries
// again on another one.
var errNewer = transport.At(transport.ErrConflict, "a newer upload")

// uploads are the versions that are coming in, by the store's key. The zero
// uploads are none.
type uploads struct {
	mu  sync.Mutex
	now map[string]*upload
}

// upload is one of them: a transport.BlobWriter that a newer one ends.
type upload struct {
	key string

	mu    sync.Mutex
	to    transport.BlobWriter
	ended bool
}

// begin begins an upload, or goes on with what is there of it. Whoever begins one
// forgets it at the end.
func (k *Keeper) begin(ctx context.Context, key string) (*upload, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &upload{key: key}
	w.mu.Lock() // a still newer one waits until this one has begun
	defer w.mu.Unlock()
	if older := k.uploads.replace(w); older != nil {
		older.end()
	}
	var err error
	if w.to, err = k.Store.Create(ctx, key); err != nil {
		k.uploads.forget(w)
	}
	return w, err
}

// anew is begin, but what is there is not gone on with.
func (k *Keeper) anew(ctx context.Context, key string) (*upload, error) {
	for {
		w, err := k.begin(ctx, key)
		if err != nil || w.Size() == 0 {
			return w, err
		}
		err = w.Discard()
		k.uploads.forget(w)
		if err != nil {
			return nil, err
		}
	}
}

// replace makes w the upload of its key and gives the one that was.
func (u *uploads) replace(w *upload) *upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now == nil {
		u.now = map[string]*upload{}
	}
	older := u.now[w.key]
	u.now[w.key] = w
	return older
}

// forget forgets an upload unless a newer one has replaced it.
func (u *uploads) forget(w *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now[w.key] == w {
		delete(u.now, w.key)
	}
}

// end keeps what has come as a part; nothing more is taken.
func (w *upload) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if w.to != nil {
		_ = w.to.Close() // what it could not keep is sent again
	}
}

// do does a step of an upload, or gives late if it has been ended.
func (w *upload) do(step func() error, late error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return late
	}
	return step()
}

func (w *upload) Write(p []byte) (n int, err error) {
	err = w.do(func() error { n, err = w.to.Write(p); return err }, errNewer)
	return n, err
}

func (w *upload) ReadAt(p []byte, off int64) (n int, err error) {
	err = w.do(func() error { n, err = w.to.ReadAt(p, off); return err }, errNewer)
	return n, err
}

func (w *upload) Size() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Size()
}

func (w *upload) Commit(ctx context.Context) error {
	return w.do(func() error { return w.to.Commit(ctx) }, errNewer)
}

func (w *upload) Close() error { return w.do(w.to.Close, nil) }

func (w *upload) Discard() error { return w.do(w.to.Discard, nil) }
