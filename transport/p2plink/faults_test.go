package p2plink_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// through changes what a station answers with as it goes.
type through struct {
	http.ResponseWriter
	write func(sent int, p []byte) (int, error)
	sent  int
}

// Write implements http.ResponseWriter.
func (t *through) Write(p []byte) (int, error) {
	n, err := t.write(t.sent, p)
	t.sent += n
	return n, err
}

// Unwrap is what http.ResponseController calls.
func (t *through) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// after has a station write so many bytes of an original, and then do something else for ever.
func after(limit int, then func()) between {
	return func(w http.ResponseWriter, r *http.Request, station http.Handler) {
		t := &through{ResponseWriter: w}
		t.write = func(sent int, p []byte) (int, error) {
			if sent+len(p) <= limit {
				return w.Write(p)
			}
			n, _ := w.Write(p[:limit-sent]) // what follows counts
			_ = http.NewResponseController(w).Flush()
			then()
			return n, http.ErrAbortHandler
		}
		station.ServeHTTP(t, r)
	}
}

// rest is what a station sends from where it goes on.
type rest struct{ offset, sent atomic.Int64 }

// counts is a between.
func (r *rest) counts(out http.ResponseWriter, req *http.Request, station http.Handler) {
	from, _ := strconv.ParseInt(req.URL.Query().Get("offset"), 10, 64) // none is 0
	r.offset.Store(from)
	counted := &through{ResponseWriter: out}
	counted.write = func(_ int, p []byte) (int, error) {
		r.sent.Add(int64(len(p)))
		return out.Write(p)
	}
	station.ServeHTTP(counted, req)
}

// check finds out whether of an original of a size at least so much was not sent again.
func (r *rest) check(t *testing.T, size int, had int64) {
	t.Helper()
	const proofs = 4096
	if r.offset.Load() < had || r.sent.Load() > int64(size)-r.offset.Load()+proofs {
		t.Errorf("%d bytes from %d on, of %d", r.sent.Load(), r.offset.Load(), size)
	}
}

// TestGone: where the station that serves an original goes in the middle of it, another one goes
// on, and nothing comes twice but a part of one block.
func TestGone(t *testing.T) {
	w := newWorld(t, 1, false)
	w.holds(w.eve)
	const sent = digest.BlockSize + 2000 // a block, its proof, and a part of the next one
	before := w.net.bytes("bob", httpProtocol)
	var once atomic.Bool
	w.net.put("ann", after(sent, func() {
		await(t, "what was sent", func() bool { return w.net.bytes("bob", httpProtocol)-before >= sent })
		if once.CompareAndSwap(false, true) {
			w.net.stop("ann")
		}
	}))
	var then rest
	w.net.put("eve", then.counts)
	w.bob.FetchesAll(w.cam, w.name, 2, false)
	w.bob.Shows(w.cam, w.name, 2)
	then.check(t, len(w.cam.Card[w.cam.Items[0].ID][2]), digest.BlockSize)
}

// TestLies: of a station that sends other bytes nothing is stored, and the next one is asked.
func TestLies(t *testing.T) {
	w := newWorld(t, 2, false)
	w.holds(w.dan)
	w.net.stop("ann")
	var lies atomic.Int64
	w.net.put("dan", func(out http.ResponseWriter, r *http.Request, station http.Handler) {
		t := &through{ResponseWriter: out}
		t.write = func(sent int, p []byte) (int, error) {
			p = bytes.Clone(p)
			if at := 5000 - sent; at >= 0 && at < len(p) {
				p[at] ^= 1
				lies.Add(1)
			}
			return out.Write(p)
		}
		station.ServeHTTP(t, r)
	})
	ref := w.cam.Ref(w.name, 0, 2)
	if err := w.bob.Reader.Fetch(t.Context(), ref); !errors.Is(err, transport.ErrDigest) {
		t.Errorf("lied to: %v", err)
	}
	if v, err := w.bob.Reader.View(t.Context(), w.name); err != nil || v.Held(0).Has(2) || lies.Load() == 0 {
		t.Errorf("after %d lies the original is here: %v", lies.Load(), err)
	}
	// Eve has it from Ann by way of Dan's true bytes, which stood before.
	w.net.put("dan", nil)
	w.holds(w.eve)
	w.net.put("dan", after(0, func() {}))
	w.bob.FetchesAll(w.cam, w.name, 2, false)
	w.bob.Shows(w.cam, w.name, 2)
}

// TestStalls: a station that answers, and then sends nothing, is given up for the next one.
func TestStalls(t *testing.T) {
	w := newWorld(t, 1, false)
	w.holds(w.eve)
	stalled, end := context.WithCancel(t.Context())
	defer end()
	var stalls atomic.Int64
	w.net.put("ann", after(1000, func() {
		stalls.Add(1)
		<-stalled.Done()
	}))
	w.bob.FetchesAll(w.cam, w.name, 2, false)
	w.bob.Shows(w.cam, w.name, 2)
	if stalls.Load() == 0 {
		t.Error("nobody stalled")
	}
}
