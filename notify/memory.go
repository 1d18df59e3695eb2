package notify

import (
	"context"
	"slices"
	"sync"
)

// Memory is a Channel that keeps letters, for tests and examples. The zero
// Memory works. It is safe for concurrent use.
type Memory struct {
	mu      sync.Mutex
	letters []Letter
	fail    error
}

var _ Channel = (*Memory)(nil)

// Deliver implements Channel.
func (m *Memory) Deliver(ctx context.Context, l Letter) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.letters = append(m.letters, l)
	}
	return m.fail
}

// Letters returns all that was delivered.
func (m *Memory) Letters() []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.letters)
}

// Fail makes Deliver return err from now on, and deliver again if it is nil.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}
