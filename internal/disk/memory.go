package disk

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
)

// ErrCrashed is what a process hears that has not outlived a crash.
var ErrCrashed = errors.New("disk: crashed")

// Memory is a disk in memory. When its power fails, each file keeps some of what was
// written to its end since it was synced, and of the names in folders, those that
// changed first have changed: no later ones without them. The zero Memory is empty.
type Memory struct {
	// Before, if it is not nil, is asked before every change, which fails with its
	// error.
	Before func(step string) error
	// Lies says that nothing is ever synced, though the disk says so.
	Lies bool

	mu      sync.Mutex
	boot    int
	names   map[string]*inode
	durable map[string]*inode
	pending []change // of names, that are not durable
}

// change is one of names: what they are from then on; nil = not there any more.
type change map[string]*inode

// inode is a file or a folder.
type inode struct {
	folder        bool
	data, durable []byte
	same          int // data and durable are the same up to here
}

// Boot is the disk as a process has it that starts now. It is dead once the disk has
// crashed.
func (m *Memory) Boot() FS {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.names == nil {
		m.names, m.durable = map[string]*inode{}, map[string]*inode{}
	}
	return memory{m, m.boot}
}

// Kill ends the processes that have the disk: nothing is lost.
func (m *Memory) Kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.boot++
}

// Clone returns a disk with the same on it: what becomes of one is nothing to the other.
func (m *Memory) Clone() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := map[*inode]*inode{nil: nil}
	clone := func(names map[string]*inode) map[string]*inode {
		names = maps.Clone(names)
		for name, i := range names {
			if _, ok := all[i]; !ok {
				all[i] = &inode{i.folder, bytes.Clone(i.data), bytes.Clone(i.durable), i.same}
			}
			names[name] = all[i]
		}
		return names
	}
	c := &Memory{Lies: m.Lies, names: clone(m.names), durable: clone(m.durable)}
	for _, change := range m.pending {
		c.pending = append(c.pending, clone(change))
	}
	return c
}

// Fail has the power fail.
func (m *Memory) Fail(random *rand.Rand) {
	m.Kill()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle(random.IntN(len(m.pending) + 1))
	m.pending, m.names = nil, maps.Clone(m.durable)
	for _, name := range slices.Sorted(maps.Keys(m.names)) {
		m.names[name].lose(random)
	}
}

// lose leaves a file as it is after a crash.
func (i *inode) lose(random *rand.Rand) {
	kept := i.durable
	if more := len(i.data) - i.same; i.same == len(i.durable) && more > 0 {
		kept = i.data[:i.same+random.IntN(more+1)]
	}
	i.data, i.durable, i.same = bytes.Clone(kept), bytes.Clone(kept), len(kept)
}

// settle makes the first changes of names durable.
func (m *Memory) settle(n int) {
	for _, c := range m.pending[:n] {
		apply(m.durable, c)
	}
	m.pending = slices.Delete(m.pending, 0, n)
}

func apply(names map[string]*inode, c change) {
	for name, i := range c {
		if i == nil {
			delete(names, name)
		} else {
			names[name] = i
		}
	}
}

// Files lists the files whose names begin with a prefix.
func (m *Memory) Files(prefix string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var files []string
	for name, i := range m.names {
		if !i.folder && strings.HasPrefix(name, prefix) {
			files = append(files, name)
		}
	}
	slices.Sort(files)
	return files
}

// ReadFile returns what is in a file, to whoever looks on; nil if it is not there.
func (m *Memory) ReadFile(name string) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.names[name]; i != nil {
		return bytes.Clone(i.data)
	}
	return nil
}
