package media

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"
)

// budget admits work by the memory it needs. What finished work used is given
// back after the garbage collector has been, because until then the memory is
// still taken.
type budget struct {
	size int64
	sem  *semaphore.Weighted

	mu      sync.Mutex
	spent   int64 // used by finished work, not yet given back
	waiting int
	active  int
}

func newBudget(size int64) *budget {
	return &budget{size: size, sem: semaphore.NewWeighted(size)}
}

// acquire waits for n bytes, at most b.size, or for the end of the context.
func (b *budget) acquire(ctx context.Context, n int64) error {
	if !b.sem.TryAcquire(n) {
		b.count(0, 0, 1)
		b.settle()
		err := b.sem.Acquire(ctx, n)
		b.count(0, 0, -1)
		if err != nil {
			return err
		}
	}
	b.count(0, 1, 0)
	return nil
}

func (b *budget) release(n int64) {
	b.count(n, -1, 0)
	b.settle()
}

func (b *budget) count(spent int64, active, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent += spent
	b.active += active
	b.waiting += waiting
}

// settle returns what was spent, if somebody waits for it and there is
// enough of it to be worth a collection. The last to finish always does.
func (b *budget) settle() {
	b.mu.Lock()
	n := b.spent
	if b.waiting == 0 || n == 0 || b.active > 0 && n < b.size/4 {
		b.mu.Unlock()
		return
	}
	b.spent = 0
	b.mu.Unlock()
	runtime.GC()
	b.sem.Release(n)
}
