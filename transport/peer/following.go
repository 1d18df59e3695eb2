package peer

import (
	"context"
	"io"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// following is the stream of the smallest versions of a collection that follows the first
// word on it: nobody need ask for them once more. It waits until Versions takes it, there is
// other news, or the peer ends. The zero following is none.
type following struct {
	mu  sync.Mutex
	now *followed // nil = none
}

// followed is a stream that has followed news. Its request ends with cancel, also while it
// is read.
type followed struct {
	io.ReadCloser
	cancel context.CancelFunc
	name   collection.Name
}

// Close implements io.Closer.
func (s *followed) Close() error {
	s.cancel()
	return s.ReadCloser.Close()
}

// keep keeps a stream in the place of the one that waits, which it closes; nil = none.
func (f *following) keep(s *followed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now != nil {
		f.now.Close()
	}
	f.now = s
}

// take takes the stream of a collection, which the caller closes; nil if there is none.
func (f *following) take(name collection.Name) *followed {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.now
	if s == nil || s.name != name {
		return nil
	}
	f.now = nil
	return s
}

// askForNews asks a feed for news, and keeps what follows it, which outlasts ctx.
func (p *Reader) askForNews(ctx context.Context, in transport.Feed, after transport.Cursor) (transport.Changes, error) {
	within, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	news, err := in.Changes(within, transport.ChangesRequest{After: after, Versions: true})
	if !stop() && err != nil {
		err = ctx.Err()
	}
	var follows *followed
	if name, _ := news.New(); news.Versions != nil {
		follows = &followed{news.Versions, cancel, name}
	} else {
		cancel()
	}
	if follows != nil || len(news.Entries) > 0 {
		p.following.keep(follows)
	}
	return news, err
}
