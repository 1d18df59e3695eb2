package media_test

import (
	"bytes"
	"context"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// What a sample needs: 1.5 bytes a pixel to decode, and 88 a pixel of the
// version made.
const (
	decodes   = 1024 * 768 * 3 / 2
	scaling   = 320 * 240 * 88
	eachNeeds = decodes + scaling
)

var half = media.Box{W: 320, H: 240}

// watched is a file that counts, from the moment its decoder is at work until
// it has read the last byte, as one in progress. The first two wait for one
// another, which shows that they are worked on at once.
type watched struct {
	*bytes.Reader
	decoding, most *atomic.Int64
	pair           *sync.WaitGroup
	begin, end     sync.Once
}

func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	if off > w.Size()/4 {
		w.begin.Do(func() {
			n := w.decoding.Add(1)
			for m := w.most.Load(); n > m && !w.most.CompareAndSwap(m, n); m = w.most.Load() {
			}
			if w.pair != nil {
				w.pair.Done()
				w.pair.Wait()
			}
		})
	}
	if off+int64(len(p)) >= w.Size() {
		w.end.Do(func() { w.decoding.Add(-1) })
	}
	return w.Reader.ReadAt(p, off)
}

// With room for two and a half pictures, two are decoded at once, never three.
func TestBudgetAdmits(t *testing.T) {
	file := sample(t, 1, 1024, 768, mediatest.EXIF{})
	maker := &media.Maker{Budget: eachNeeds * 5 / 2}
	var decoding, most atomic.Int64
	var pair, all sync.WaitGroup
	pair.Add(2)
	for i := range 8 {
		w := &watched{Reader: bytes.NewReader(file), decoding: &decoding, most: &most}
		if i < 2 {
			w.pair = &pair
		}
		work := func() {
			if _, _, err := maker.Make(t.Context(), w, w.Size(), half); err != nil {
				t.Error(err)
			}
		}
		all.Go(work)
		if i == 1 {
			pair.Wait()
		}
	}
	all.Wait()
	if most.Load() != 2 {
		t.Errorf("%d pictures at once, want 2", most.Load())
	}
}

// Even if the garbage collector never ran by itself, the heap would not grow
// beyond the budget.
func TestHeapStaysWithinBudget(t *testing.T) {
	file := sample(t, 1, 1024, 768, mediatest.EXIF{})
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const budget = 4 * eachNeeds
	debug.FreeOSMemory()
	before := heap()
	maker := &media.Maker{Budget: budget}
	var most atomic.Uint64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 2 {
				if _, _, err := maker.Make(t.Context(), bytes.NewReader(file), int64(len(file)), half); err != nil {
					t.Error(err)
				}
				for now, m := heap(), most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
				}
			}
		})
	}
	all.Wait()
	const besides = 16 << 20 // results, buffers of the decoders
	if grown := int64(most.Load()) - int64(before); grown > budget+besides {
		t.Errorf("heap grew by %d MiB, the budget is %d MiB", grown>>20, budget>>20)
	}
}

// heap is the memory of all objects, dead ones too until they are swept.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// Who waits for memory stops waiting when the context ends.
func TestWaitingIsCancelled(t *testing.T) {
	file := sample(t, 1, 1024, 768, mediatest.EXIF{})
	maker := &media.Maker{Budget: eachNeeds}
	holding, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	slow := readerFunc(func(p []byte, off int64) (int, error) {
		if off > int64(len(file))/2 {
			once.Do(func() { close(holding); <-release })
		}
		return bytes.NewReader(file).ReadAt(p, off)
	})
	var first sync.WaitGroup
	first.Go(func() {
		if _, _, err := maker.Make(t.Context(), slow, int64(len(file)), half); err != nil {
			t.Error(err)
		}
	})
	<-holding
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, _, err := maker.Make(ctx, bytes.NewReader(file), int64(len(file)), half)
	wantError(t, err, context.DeadlineExceeded)
	close(release)
	first.Wait()
	mustMake(t, maker, file, half) // and the memory is there again
}
