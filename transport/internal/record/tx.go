package record

import (
	"context"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// Tx is an optimistic transaction: what was read with it is a condition of what is
// written with it. It is not safe for concurrent use.
type Tx struct {
	in      transport.Records
	ahead   map[string]transport.Record // read before they were asked for
	seen    map[string]transport.Record
	changes []transport.Change
	changed map[string]int // places in changes
}

// maxTries is how often a transaction is tried, and firstPause how long the pause
// after the first conflict is, at most; each next one is twice as long.
const (
	maxTries   = 12
	firstPause = time.Millisecond
)

// Update has work read and write in a transaction, and commits it; where something that
// was read has changed meanwhile, all of it again, a few times, with pauses between. It
// returns the version that all that was written has. Errors of work are returned as
// they are, but for conflicts.
func Update(ctx context.Context, in transport.Records, work func(*Tx) error) (version uint64, err error) {
	for try := range maxTries {
		if try > 0 {
			pause(ctx, firstPause<<(try-1))
		}
		if version, err = Try(ctx, in, work); !errors.Is(err, ErrChanged) {
			return version, err
		}
	}
	return version, err
}

// Try is Update that tries once. If something that was read has changed meanwhile, the
// error wraps ErrChanged.
func Try(ctx context.Context, in transport.Records, work func(*Tx) error) (version uint64, err error) {
	tx := newTx(in)
	if err = work(tx); err == nil {
		version, err = tx.commit(ctx)
	}
	return version, err
}

// Reading is a transaction for what only reads.
func Reading(in transport.Records) *Tx { return newTx(in) }

func newTx(in transport.Records) *Tx {
	return &Tx{in: in, ahead: map[string]transport.Record{}, seen: map[string]transport.Record{}, changed: map[string]int{}}
}

// ErrChanged says that something that a transaction has read is not so any more.
var ErrChanged = errors.New("what was read has changed")

// pause waits for a while, at random, so that those who met do not meet again.
func pause(ctx context.Context, limit time.Duration) {
	select {
	case <-time.After(rand.N(limit)):
	case <-ctx.Done():
	}
}

func (t *Tx) commit(ctx context.Context) (uint64, error) {
	if len(t.changes) == 0 {
		return 0, nil
	}
	batch := transport.Batch{Changes: t.changes}
	for _, key := range slices.SortedFunc(maps.Keys(t.seen), strings.Compare) { // so that of two that fail, the same is told each time
		batch.Conditions = append(batch.Conditions, transport.Condition{Key: key, Version: t.seen[key].Version})
	}
	version, err := t.in.Apply(ctx, batch)
	if errors.Is(err, transport.ErrConflict) {
		err = errors.Join(ErrChanged, err)
	}
	return version, err
}

// Fetch reads records of which the transaction may need some, all in one look. Those that
// it never gets are no conditions. If one of them is damaged, Get tells that, to whom needs
// it.
func (t *Tx) Fetch(ctx context.Context, keys ...string) error {
	var unseen []string
	for _, key := range keys {
		if _, ok := t.seen[key]; !ok {
			unseen = append(unseen, key)
		}
	}
	err := t.read(ctx, t.ahead, unseen)
	if slices.ContainsFunc(unseen, func(key string) bool { return Damaged(err, key) }) {
		return nil
	}
	return err
}

// Get returns records as they are in the transaction: in the order of the keys, each
// as it was when it was read first, unless the transaction has changed it: then it is not
// read. The values are not to be changed.
func (t *Tx) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	var unseen []string
	for _, key := range keys {
		_, seen := t.seen[key]
		if _, changed := t.changed[key]; seen || changed {
			continue
		}
		if r, ok := t.ahead[key]; ok {
			t.seen[key] = r
		} else {
			unseen = append(unseen, key)
		}
	}
	if err := t.read(ctx, t.seen, unseen); err != nil {
		return nil, err
	}
	return t.now(keys, t.seen), nil
}

// Peek is Get of records that do not become conditions.
func (t *Tx) Peek(ctx context.Context, keys ...string) ([]transport.Record, error) {
	found := make(map[string]transport.Record, len(keys))
	var unseen []string
	for _, key := range keys {
		r, ok := t.seen[key]
		if !ok {
			r, ok = t.ahead[key]
		}
		found[key] = r
		if _, changed := t.changed[key]; !ok && !changed {
			unseen = append(unseen, key)
		}
	}
	if err := t.read(ctx, found, unseen); err != nil {
		return nil, err
	}
	return t.now(keys, found), nil
}

// read reads records into a map.
func (t *Tx) read(ctx context.Context, into map[string]transport.Record, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	found, err := t.in.Get(ctx, keys...)
	for _, r := range found {
		into[r.Key] = r
	}
	return err
}

// now returns records of a map, as far as the transaction has not changed them.
func (t *Tx) now(keys []string, found map[string]transport.Record) []transport.Record {
	out := make([]transport.Record, len(keys))
	for i, key := range keys {
		out[i] = found[key]
		if at, ok := t.changed[key]; ok {
			out[i] = ownWrite(t.changes[at])
		}
	}
	return out
}

// written is the version, in a transaction, of what it has set itself.
const written = math.MaxUint64

// ownWrite is a record as a change leaves it.
func ownWrite(c transport.Change) transport.Record {
	if c.Value == nil {
		return transport.Record{Key: c.Key}
	}
	return transport.Record{Key: c.Key, Value: c.Value, Version: written}
}

// Set sets a record, or removes it if value is nil.
func (t *Tx) Set(key string, value []byte) {
	if at, ok := t.changed[key]; ok {
		t.changes[at].Value = value
		return
	}
	t.changed[key] = len(t.changes)
	t.changes = append(t.changes, transport.Change{Key: key, Value: value})
}

// Put makes changes.
func (t *Tx) Put(changes ...transport.Change) {
	for _, c := range changes {
		t.Set(c.Key, c.Value)
	}
}

// Encode sets a record to the form in which a value is stored.
func (t *Tx) Encode(key string, value any) error {
	data, err := transport.Encode(value)
	if err == nil {
		t.Set(key, data)
	}
	return err
}
