package station

import (
	"bytes"
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Load returns the state of a collection, its seals verified with the keys as they
// are now: one may have been revoked since it was stored. The error wraps
// transport.ErrNotFound if it is not known.
func (k *Core) Load(ctx context.Context, name collection.Name) (engine.State, error) {
	data, err := k.Store.Get(ctx, stateRecord.Key(name))
	if err != nil {
		return engine.State{}, err
	}
	revision := k.Keys.Revision()
	if known, ok := k.memory.get(name, data, revision); ok {
		return known, nil
	}
	var s engine.State
	if err := s.UnmarshalBinary(data); err != nil {
		return engine.State{}, err
	}
	c, report, err := k.verify(ctx, s.Collection)
	if s.Collection = c; err != nil {
		return s, transport.Wrap(err)
	}
	s.Sealed = sealed(report)
	k.remember(name, remembered{data, revision, s})
	return s, nil
}

// Report says who vouches for a collection that was loaded; zero for a draft.
func (k *Core) Report(ctx context.Context, c collection.Collection) (collection.Verified, error) {
	_, report, err := k.verify(ctx, c)
	return report, err
}

// Verified is a collection whose seals have all been verified.
type Verified struct {
	Collection collection.Collection
	Sealed     bool   // the author's seal is among them
	revision   uint64 // of the keyring, before
}

// Verify verifies all the seals of c. A draft, which has no seal at all, passes if it
// has no update either.
func (k *Core) Verify(ctx context.Context, c collection.Collection) (Verified, error) {
	revision := k.Keys.Revision()
	c, report, err := k.verify(ctx, c)
	return Verified{c, sealed(report), revision}, err
}

func (k *Core) verify(ctx context.Context, c collection.Collection) (collection.Collection, collection.Verified, error) {
	if c.IsDraft() {
		for range c.Updates() {
			return c, collection.Verified{}, transport.At(transport.ErrSeal, "updates of a collection that is not sealed")
		}
		return c, collection.Verified{}, c.Validate()
	}
	v, err := collection.Verify(ctx, k.seals.verifier(k.Keys), c)
	if err != nil {
		return c, collection.Verified{}, transport.Wrap(err)
	}
	return v.Collection(), v, c.Validate()
}

// sealed reports whether the author's seal is there.
func sealed(v collection.Verified) bool { return v.Report().Author != nil }

// Names lists the collections that are kept.
func (k *Core) Names(ctx context.Context) ([]collection.Name, error) {
	return record.Names(ctx, k.Store, stateRecord.Under())
}

// maxMemory is of how many stored bytes the states are remembered.
const maxMemory = 16 << 20

// memory remembers states as they were verified or stored last: many ask for the same
// collection, and to verify it takes longer than all else. What is remembered
// counts while the stored bytes and the keyring are the same. The zero memory is
// empty.
type memory struct {
	mu     sync.Mutex
	states map[collection.Name]remembered
	size   int
}

type remembered struct {
	data     []byte
	revision uint64 // of the keyring
	state    engine.State
}

func (m *memory) get(name collection.Name, data []byte, revision uint64) (engine.State, bool) {
	m.mu.Lock()
	r, ok := m.states[name]
	m.mu.Unlock()
	return r.state, ok && r.revision == revision && bytes.Equal(r.data, data)
}

// remember remembers a state that another key cannot make better: its author's seal
// stands, or nobody has sealed it.
func (k *Core) remember(name collection.Name, r remembered) {
	if r.state.Sealed || r.state.Collection.IsDraft() {
		k.memory.put(name, r)
	}
}

// put remembers a state, and forgets others where they are too much together.
func (m *memory) put(name collection.Name, r remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.states == nil {
		m.states = map[collection.Name]remembered{}
	}
	m.size += len(r.data) - len(m.states[name].data)
	m.states[name] = r
	for other, old := range m.states {
		if m.size <= maxMemory {
			break
		}
		delete(m.states, other)
		m.size -= len(old.data)
	}
}
