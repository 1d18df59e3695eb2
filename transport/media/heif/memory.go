package heif

import (
	"github.com/tetratelabs/wazero/experimental"
)

// memory is the memory of an instance, which does not grow beyond its limit. The
// pages that are not used cost nothing but addresses.
type memory struct {
	all  []byte
	used uint64 // the most that was asked for
	full bool   // more was asked for than there is
}

func newMemory(limit int64) *memory { return &memory{all: make([]byte, limit)} }

// Allocate implements experimental.MemoryAllocator.
func (m *memory) Allocate(_, _ uint64) experimental.LinearMemory { return m }

// Reallocate implements experimental.LinearMemory.
func (m *memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.all)) {
		m.full = true
		return nil
	}
	m.used = max(m.used, size)
	return m.all[:size]
}

// Free implements experimental.LinearMemory. Pictures refer to the memory when
// the instance is closed, so the garbage collector frees it.
func (m *memory) Free() {}
