package station

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// meanwhile is a store in which something happens before and after a version is deleted.
type meanwhile struct {
	transport.Store
	deletes, deleted func(key string)
}

func (m *meanwhile) Delete(ctx context.Context, key string) error {
	if m.deletes != nil {
		m.deletes(key)
	}
	err := m.Store.Delete(ctx, key)
	m.deleted(key)
	return err
}

// TestComesWhileExpiring: a version that comes again while it is removed expires
// by its new age, and the others that were removed leave nothing.
func TestComesWhileExpiring(t *testing.T) {
	store := &meanwhile{Store: new(memstore.Store)}
	clock := time.Unix(1e9, 0)
	k := New(Config{Store: store, Cache: true, Now: func() time.Time { return clock }})
	key, age := versionRecord.Key(ann, digest.Sum(thumbnail)), ageRecord.Key(ann, digest.Sum(thumbnail))
	come := func() {
		must(k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, bytes.NewReader(thumbnail)))
	}
	expire := func() (ages []string) {
		clock = clock.Add(time.Hour)
		must(0, k.Expire(t.Context(), clock))
		for r, err := range store.Scan(t.Context(), "age/", "", 0) {
			must(0, err)
			ages = append(ages, r.Key)
		}
		return ages
	}
	come()
	for i := range byte(4) { // others that are as old
		must(0, record.Put(t.Context(), store, transport.Change{Key: ageRecord.Key(ann, digest.Digest{i}), Value: make([]byte, 8)}))
	}
	store.deleted = func(deleted string) {
		if deleted == key {
			come()
		}
	}
	if ages := expire(); len(ages) != 1 || ages[0] != age {
		t.Errorf("ages left: %v", ages)
	}
	whole(t, k)
	store.deleted = func(string) {}
	if ages := expire(); len(ages) != 0 {
		t.Errorf("ages left: %v", ages)
	}
	if _, err := store.Open(t.Context(), key); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("it never expires: %v", err)
	}
}

// TestComesBeforeItIsDeleted: a version that comes again just before its older bytes are
// deleted goes with them, as a whole: it is not said to be here, and can be brought again.
func TestComesBeforeItIsDeleted(t *testing.T) {
	store := &meanwhile{Store: new(memstore.Store), deleted: func(string) {}}
	clock := time.Unix(1e9, 0)
	k := New(Config{Store: store, Cache: true, Now: func() time.Time { return clock }})
	come := func() { must(k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, bytes.NewReader(thumbnail))) }
	come()
	store.deletes = func(string) { come() }
	clock = clock.Add(time.Hour)
	must(0, k.Expire(t.Context(), clock))
	if held := must(k.Versions.Held(t.Context(), oneItem())); !held[0].IsEmpty() {
		t.Error("it is said to be here")
	}
	come()
	whole(t, k)
}

// TestComesToAnotherProcess: what another process notes to be here while this one removes it
// stays where the turn of its older bytes has not come yet; else the states do not say any
// more that it is here.
func TestComesToAnotherProcess(t *testing.T) {
	c := oneItem()
	key, before := versionRecord.Key(ann, digest.Sum(thumbnail)), ageRecord.Key(ann, digest.Digest{})
	for deleted, stays := range map[string]bool{key: false, versionRecord.Key(ann, digest.Digest{}): true} {
		store := &meanwhile{Store: new(memstore.Store), deleted: func(string) {}}
		clock := time.Unix(1e9, 0)
		cfg := Config{Store: store, Keys: Keyring{new(signature.Keyring)}, Cache: true, Shared: true, Now: func() time.Time { return clock }}
		one, other := New(cfg), New(cfg)
		come := func() {
			must(other.Versions.Receive(t.Context(), c, 0, 0, 0, bytes.NewReader(thumbnail)))
			must(other.do(t.Context(), c.Name(), doing{}, other.stored(t.Context(), engine.Stored{Versions: []transport.Bits{{1}}})))
		}
		keeps(t, other, c)
		come()
		must(0, record.Put(t.Context(), store, transport.Change{Key: before, Value: make([]byte, 8)}))
		store.deletes = func(key string) {
			if key == deleted {
				come()
			}
		}
		clock = clock.Add(time.Hour)
		must(0, one.Expire(t.Context(), clock))
		_, err := other.Versions.Open(t.Context(), c, 0, 0)
		if s := must(one.Load(t.Context(), c.Name())); s.Holds(0, 0) != stays || errors.Is(err, transport.ErrNotFound) == stays {
			t.Errorf("it is held: %v, want %v; opened: %v", s.Holds(0, 0), stays, err)
		}
	}
}

// vanishing is a store from which a record goes as soon as it was read.
type vanishing struct {
	transport.Store
	key string
}

func (v *vanishing) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	found, err := v.Store.Get(ctx, keys...)
	if err == nil && slices.Contains(keys, v.key) {
		err = record.Put(ctx, v.Store, transport.Change{Key: v.key})
		v.key = ""
	}
	return found, err
}

// TestGoneMeanwhile: what is found to be here for a share, and expires before that is
// stored, is not held.
func TestGoneMeanwhile(t *testing.T) {
	c := oneItem()
	for _, key := range []string{"", versionRecord.Key(ann, digest.Sum(thumbnail))} {
		store := &vanishing{Store: new(memstore.Store)}
		k := New(Config{Store: store, Cache: true, Now: time.Now, Rules: engine.Rules{RequiredFromDevice: 1}})
		must(k.Versions.Receive(t.Context(), c, 0, 0, 0, bytes.NewReader(thumbnail)))
		store.key = key
		must(record.Update(t.Context(), store, func(tx *record.Tx) error {
			held, err := k.Server.heldFor(t.Context(), tx, engine.State{}, c)
			if held[0].Has(0) != (key == "") {
				t.Errorf("%q expires: held %v", key, held)
			}
			return err
		}))
	}
}

// TestSmallExpires: a version in a record expires with its age, unless it has come again,
// and what is not old stays.
func TestSmallExpires(t *testing.T) {
	store := new(memstore.Store)
	clock := time.Unix(1e9, 0)
	k := New(Config{Store: store, Cache: true, Now: func() time.Time { return clock }})
	c := ofItem([]byte("a small one"))
	come := func() {
		must(k.Versions.Receive(t.Context(), c, 0, 0, 0, strings.NewReader("a small one")))
	}
	come()
	must(0, k.Expire(t.Context(), clock))
	if b, err := k.Versions.Open(t.Context(), c, 0, 0); err != nil || b.Size() != 11 {
		t.Errorf("it is not old: %v", err)
	}
	must(0, k.Expire(t.Context(), clock.Add(time.Hour)))
	if _, err := k.Versions.Open(t.Context(), c, 0, 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("it does not expire: %v", err)
	}
	for r, err := range store.Scan(t.Context(), "", "", 0) {
		if !slices.Contains([]string{dutyRecord.Key(k.expiring.name), dutyRecord.Key(k.removing.name)}, r.Key) {
			t.Errorf("left: %s, %v", r.Key, err)
		}
	}
	come()
	must(k.Versions.Open(t.Context(), c, 0, 0))
}

// TestExpireLooksOnce: many versions of one author are looked at in one look at the store.
func TestExpireLooksOnce(t *testing.T) {
	looks := func(n int) int {
		clock := time.Unix(1e9, 0)
		store := &scans{Store: new(memstore.Store)}
		k := New(Config{Store: store, Cache: true, Now: func() time.Time { return clock }})
		for i := range n {
			data := []byte{byte(i)}
			must(k.Versions.Receive(t.Context(), ofItem(data), 0, 0, 0, bytes.NewReader(data)))
		}
		store.gets = 0
		must(0, k.Expire(t.Context(), clock.Add(time.Hour)))
		return store.gets
	}
	if one, many := looks(1), looks(50); one != many {
		t.Errorf("%d looks for one, %d for fifty", one, many)
	}
}
