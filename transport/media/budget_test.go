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

// eachNeeds is what a sample of 1024 by 768 pixels needs for the box half.
var eachNeeds = func() int64 {
	var b bytes.Buffer
	if err := mediatest.Sample(&b, 1, 1024, 768, mediatest.EXIF{}); err != nil {
		panic(err)
	}
	n, err := media.Pure{}.Cost(media.Job{Source: bytes.NewReader(b.Bytes()), Size: int64(b.Len()),
		Info: media.Info{MediaType: "image/jpeg", Width: 1024, Height: 768, Orientation: 1}, Boxes: []media.Box{half}})
	if err != nil {
		panic(err)
	}
	return n
}()

var half = media.Box{W: 320, H: 240}

// busy is an engine that counts how many pictures it works on at once. The first
// two wait for one another, which shows that they are worked on at once.
type busy struct {
	media.Pure
	working, most, calls atomic.Int64
	pair                 sync.WaitGroup
}

// Make implements media.Engine.
func (b *busy) Make(ctx context.Context, job media.Job) ([]media.Picture, error) {
	n := b.working.Add(1)
	defer b.working.Add(-1)
	for m := b.most.Load(); n > m && !b.most.CompareAndSwap(m, n); m = b.most.Load() {
	}
	if b.calls.Add(1) <= 2 {
		b.pair.Done()
		b.pair.Wait()
	}
	return b.Pure.Make(ctx, job)
}

// With room for two and a half pictures, two are decoded at once, never three.
func TestBudgetAdmits(t *testing.T) {
	file := sample(t, 1, 1024, 768, mediatest.EXIF{})
	engine := new(busy)
	engine.pair.Add(2)
	maker := &media.Maker{Budget: eachNeeds * 5 / 2, Engines: []media.Engine{engine}}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { mustMake(t, maker, file, half) })
	}
	all.Wait()
	if most := engine.most.Load(); most != 2 {
		t.Errorf("%d pictures at once, want 2", most)
	}
}

// Even if the garbage collector never ran by itself, the heap would not grow
// beyond the budget.
func TestHeapStaysWithinBudget(t *testing.T) {
	file := sample(t, 1, 1024, 768, mediatest.EXIF{})
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	budget := 4 * eachNeeds
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
	slow := &holding{begun: make(chan struct{}), release: make(chan struct{})}
	maker.Engines = []media.Engine{slow}
	var first sync.WaitGroup
	first.Go(func() { mustMake(t, maker, file, half) })
	<-slow.begun
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, _, err := maker.Make(ctx, bytes.NewReader(file), int64(len(file)), half)
	wantError(t, err, context.DeadlineExceeded)
	close(slow.release)
	first.Wait()
	mustMake(t, maker, file, half) // and the memory is there again
}

// holding is an engine that holds the first picture until it is released.
type holding struct {
	media.Pure
	begun, release chan struct{}
	once           sync.Once
}

// Make implements media.Engine.
func (h *holding) Make(ctx context.Context, job media.Job) ([]media.Picture, error) {
	h.once.Do(func() { close(h.begun) })
	<-h.release
	return h.Pure.Make(ctx, job)
}
