package station

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// Load returns the state of a collection, its seals verified with the keys as they
// are now: one may have been revoked since it was stored. The error wraps
// transport.ErrNotFound if it is not known.
func (k *Core) Load(ctx context.Context, name collection.Name) (engine.State, error) {
	s, _, err := k.LoadVerified(ctx, name)
	return s, err
}

// LoadVerified is Load that also returns the report on the seals; zero for a draft.
func (k *Core) LoadVerified(ctx context.Context, name collection.Name) (engine.State, collection.Verified, error) {
	data, err := k.Store.Get(ctx, stateKey(name))
	if err != nil {
		return engine.State{}, collection.Verified{}, err
	}
	revision := k.Keys.Revision()
	if known, ok := k.memory.get(name, data, revision); ok {
		return known.state, known.verified, nil
	}
	var s engine.State
	if err := s.UnmarshalBinary(data); err != nil {
		return engine.State{}, collection.Verified{}, err
	}
	var v collection.Verified
	if s.Collection, v, err = k.verify(ctx, s.Collection); err != nil {
		return s, v, transport.Wrap(err)
	}
	s.Sealed = sealed(v)
	k.memory.put(name, remembered{data, revision, s, v})
	return s, v, nil
}

// Verify verifies all the seals of c, and reports whether the author's is among
// them. A draft, which has no seal at all, passes if it has no update either.
func (k *Core) Verify(ctx context.Context, c collection.Collection) (collection.Collection, bool, error) {
	c, v, err := k.verify(ctx, c)
	return c, sealed(v), err
}

func (k *Core) verify(ctx context.Context, c collection.Collection) (collection.Collection, collection.Verified, error) {
	h := c.Header()
	if len(h.AuthorSeal)+len(h.AuthoritySeal) == 0 {
		for range c.Updates() {
			return c, collection.Verified{}, transport.At(transport.ErrSeal, "updates of a collection that is not sealed")
		}
		return c, collection.Verified{}, c.Validate()
	}
	v, err := collection.Verify(ctx, k.Keys, c)
	if err != nil {
		return c, collection.Verified{}, transport.Wrap(err)
	}
	return v.Collection(), v, c.Validate()
}

// sealed reports whether the author's seal is there.
func sealed(v collection.Verified) bool { return v.Report().Author != nil }

// Names lists the collections that are kept.
func (k *Core) Names(ctx context.Context) ([]collection.Name, error) { return k.namesOf(ctx, "") }

// namesOf lists those whose names begin with a prefix.
func (k *Core) namesOf(ctx context.Context, prefix string) ([]collection.Name, error) {
	var names []collection.Name
	for r, err := range k.Store.Scan(ctx, "c/"+prefix) {
		if err != nil {
			return nil, err
		}
		author, id, _ := strings.Cut(strings.TrimPrefix(r.Key, "c/"), "/")
		var name collection.Name
		if err := errors.Join(name.Author.UnmarshalText([]byte(author)), name.ID.UnmarshalText([]byte(id))); err != nil {
			return nil, transport.At(transport.ErrStorage, r.Key)
		}
		names = append(names, name)
	}
	return names, nil
}

func stateKey(name collection.Name) string { return "c/" + name.String() }

// maxMemory is of how many stored bytes the states are remembered.
const maxMemory = 16 << 20

// memory remembers states as they were verified last: many ask for the same
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
	verified collection.Verified
}

func (m *memory) get(name collection.Name, data []byte, revision uint64) (remembered, bool) {
	m.mu.Lock()
	r, ok := m.states[name]
	m.mu.Unlock()
	return r, ok && r.revision == revision && bytes.Equal(r.data, data)
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
