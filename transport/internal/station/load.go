package station

import (
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
	loaded, err := k.load(ctx, record.Reading(k.Store), name)
	return loaded.state, err
}

// load is Load in a transaction: the state's head becomes one of its conditions, and so
// do the keys that its seals are verified with, if they are records. A state whose seals
// are refused is returned with the error.
func (k *Core) load(ctx context.Context, in *record.Tx, name collection.Name) (remembered, error) {
	known := k.memory.get(name)
	stands, records, err := k.stands(ctx, in, known.on, stateRecord.Key(name))
	if err != nil {
		return remembered{}, err
	}
	head := records[0]
	if head.Version == 0 {
		return remembered{}, transport.At(transport.ErrNotFound, head.Key)
	}
	if stands && known.version == head.Version {
		return known, nil
	}
	var l remembered
	if l.parts, l.version, err = k.readParts(ctx, name, head); err != nil {
		return remembered{}, err
	}
	if l.state, err = engine.StateOf(l.parts); err != nil {
		return remembered{}, err
	}
	v, err := k.verifyIn(ctx, in, l.state.Collection)
	l.state.Collection, l.state.Sealed, l.on = v.Collection, v.Sealed, v.on
	if err == nil {
		k.remember(name, l)
	}
	return l, transport.Wrap(err)
}

// readParts reads the parts of a state, and returns the version of its head, which
// changes with each of them: as long as it does, they are read again.
func (k *Core) readParts(ctx context.Context, name collection.Name, head transport.Record) (engine.Parts, uint64, error) {
	for {
		parts := engine.Parts{"": head.Value}
		if engine.IsSmall(head.Value) {
			return parts, head.Version, nil // they are all
		}
		prefix := partRecord.Under(name)
		for r, err := range k.Store.Scan(ctx, prefix, "", 0) {
			if err != nil {
				return nil, 0, err
			}
			parts[r.Key[len(prefix):]] = r.Value
		}
		now, err := record.Need(ctx, k.Store, head.Key)
		if err != nil || now.Version == head.Version {
			return parts, now.Version, err
		}
		head = now
	}
}

// Report says who vouches for a collection that was loaded; zero for a draft.
func (k *Core) Report(ctx context.Context, c collection.Collection) (collection.Verified, error) {
	_, report, err := k.verify(ctx, record.Reading(k.Store), rests{}, c)
	return report, err
}

// Verified is a collection whose seals have all been verified.
type Verified struct {
	Collection collection.Collection
	Sealed     bool // the author's seal is among them
	on         rests
}

// Verify verifies all the seals of c. A draft, which has no seal at all, passes if it
// has no update either.
func (k *Core) Verify(ctx context.Context, c collection.Collection) (Verified, error) {
	return k.verifyIn(ctx, record.Reading(k.Store), c)
}

// verifyIn is Verify in a transaction.
func (k *Core) verifyIn(ctx context.Context, in *record.Tx, c collection.Collection) (Verified, error) {
	on := rests{}
	c, report, err := k.verify(ctx, in, on, c)
	return Verified{c, report.Report().Author != nil, on}, err
}

// verify verifies all the seals of c in a transaction, and notes on what that rests.
func (k *Core) verify(ctx context.Context, in *record.Tx, on rests, c collection.Collection) (collection.Collection, collection.Verified, error) {
	if c.IsDraft() {
		for range c.Updates() {
			return c, collection.Verified{}, transport.At(transport.ErrSeal, "updates of a collection that is not sealed")
		}
		return c, collection.Verified{}, c.Validate()
	}
	v, err := collection.Verify(ctx, sealVerifier{k, in, on}, c)
	if err != nil {
		return c, collection.Verified{}, transport.Wrap(err)
	}
	return v.Collection(), v, c.Validate()
}

// Names lists the collections that are kept.
func (k *Core) Names(ctx context.Context) ([]collection.Name, error) {
	return record.Names(ctx, k.Store, stateRecord.Under())
}

// maxMemory is of how many stored bytes the states are remembered.
const maxMemory = 16 << 20

// memory remembers states as they were verified or stored last: many ask for the same
// collection, and to verify it takes longer than all else. What is remembered
// counts while the head's version and the revisions of the keys that it rests on are the
// same. The zero memory is empty.
type memory struct {
	mu     sync.Mutex
	states map[collection.Name]remembered
	size   int
}

type remembered struct {
	version uint64 // of the head
	on      rests  // must not be changed, as
	state   engine.State
	parts   engine.Parts // must not
}

// size is how many bytes are remembered, about.
func (r remembered) size() int {
	const overhead = 64 // of a part
	n := 0
	for name, value := range r.parts {
		n += len(name) + len(value) + overhead
	}
	return n
}

// get returns what is remembered of a collection, of version 0 if nothing is.
func (m *memory) get(name collection.Name) remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.states[name]
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
	m.size += r.size() - m.states[name].size()
	m.states[name] = r
	for other, old := range m.states {
		if m.size <= maxMemory {
			break
		}
		delete(m.states, other)
		m.size -= old.size()
	}
}
