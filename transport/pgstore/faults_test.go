package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/pgstore"
	"github.com/glimpse-go/glimpse/transport/pgstore/pgtest"
)

// load counts in records, one for each of several callers, until it is ended.
type load struct {
	records *pgstore.Records
	ctx     context.Context
	end     context.CancelFunc
	all     sync.WaitGroup
	told    [8]atomic.Int64 // what is known to be written
	tried   [8]atomic.Int64 // what may be
	failed  atomic.Int64
	failure atomic.Pointer[error] // one that does not wrap transport.ErrStorage
}

func begin(t *testing.T, r *pgstore.Records) *load {
	l := &load{records: r}
	l.ctx, l.end = context.WithCancel(t.Context())
	for i := range l.told {
		l.all.Go(func() {
			for l.ctx.Err() == nil {
				l.count(i)
			}
		})
	}
	return l
}

func (l *load) count(i int) {
	n := l.tried[i].Add(1)
	_, err := l.records.Apply(l.ctx, transport.Batch{Changes: []transport.Change{{Key: key(i), Value: []byte(strconv.FormatInt(n, 10))}}})
	switch {
	case err == nil:
		l.told[i].Store(n)
	case errors.Is(err, transport.ErrStorage):
		l.failed.Add(1)
	case l.ctx.Err() == nil:
		l.failure.Store(&err)
	}
}

func key(i int) string { return fmt.Sprintf("count/%d", i) }

// goesOn waits until each caller has written so many more.
func (l *load) goesOn(t *testing.T, more int64) {
	t.Helper()
	for i := range l.told {
		for from := l.told[i].Load(); l.told[i].Load() < from+more; time.Sleep(time.Millisecond) {
			if err := l.failure.Load(); err != nil {
				t.Fatal(*err)
			}
			if t.Context().Err() != nil {
				t.Fatal("the load does not go on")
			}
		}
	}
}

// check ends the load, and fails if something is lost that a caller was told of.
func (l *load) check(t *testing.T, what string) {
	t.Helper()
	l.end()
	l.all.Wait()
	total := int64(0)
	for i := range l.told {
		found, err := l.records.Get(t.Context(), key(i))
		must(t, err)
		n, told, tried := int64(number(found[0])), l.told[i].Load(), l.tried[i].Load()
		if n < told || n > tried {
			t.Errorf("%s: %d is there of what was told up to %d, and tried up to %d", what, n, told, tried)
		}
		total += told
	}
	t.Logf("%s: %d batches told, none lost; %d failed", what, total, l.failed.Load())
}

// TestServerFaults kills a server and stops it in order under load, again and again.
func TestServerFaults(t *testing.T) {
	server := pgtest.Start(t)
	for _, c := range []struct {
		name string
		end  func()
	}{{"killed", server.Kill}, {"stopped", server.Stop}} {
		l := begin(t, open(t, server.URL()))
		for range 5 {
			l.goesOn(t, 20)
			c.end()
			server.Start()
		}
		l.goesOn(t, 20)
		l.check(t, "server "+c.name+" 5 times")
	}
}

// TestConnectionFaults cuts all connections under load, and has them come back by another
// way.
func TestConnectionFaults(t *testing.T) {
	server := pgtest.Start(t)
	ways := []*pgtest.Way{pgtest.NewWay(t, server), pgtest.NewWay(t, server)}
	l := begin(t, open(t, server.URLBy(ways...)))
	for i := range 6 {
		l.goesOn(t, 20)
		ways[(i+1)%2].Open(t)
		ways[i%2].Close()
	}
	l.goesOn(t, 20)
	l.check(t, "connections cut 6 times")
}

// TestNoServer opens records where there are none, and where they cannot be changed.
func TestNoServer(t *testing.T) {
	server := pgtest.Start(t)
	url := server.URL()
	for _, bad := range []string{"postgres://%", url + "&default_transaction_read_only=on", "postgres:///postgres?host=" + t.TempDir()} {
		_, err := pgstore.Open(t.Context(), bad)
		if !errors.Is(err, transport.ErrStorage) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pgstore.Open(ctx, url); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context: %v", err)
	}
	r := open(t, url)
	server.Stop()
	if _, err := r.Get(t.Context(), "a"); !errors.Is(err, transport.ErrStorage) {
		t.Errorf("while the server is stopped: %v", err)
	}
	server.Start()
	if _, err := r.Get(t.Context(), "a"); err != nil {
		t.Errorf("later: %v", err)
	}
	r.Close()
	if _, err := r.Get(t.Context(), "a"); !errors.Is(err, transport.ErrStorage) {
		t.Errorf("closed: %v", err)
	}
}
