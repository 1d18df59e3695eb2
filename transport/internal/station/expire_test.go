package station

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// meanwhile is a store in which something happens once a version is deleted.
type meanwhile struct {
	transport.Store
	deleted func(key string)
}

func (m *meanwhile) Delete(ctx context.Context, key string) error {
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
	key, age := versionBlob.Key(ann, digest.Sum(thumbnail)), ageRecord.Key(ann, digest.Sum(thumbnail))
	come := func() {
		must(0, k.stamp(t.Context(), oneItem(), []transport.Bits{transport.BitsOf(0)}))
		must(k.Versions.Receive(t.Context(), oneItem(), 0, 0, 0, bytes.NewReader(thumbnail)))
	}
	expire := func() (ages []string) {
		clock = clock.Add(time.Hour)
		must(0, k.Expire(t.Context(), clock))
		for r, err := range store.Scan(t.Context(), "age/") {
			must(0, err)
			ages = append(ages, r.Key)
		}
		return ages
	}
	come()
	for i := range byte(4) { // others that are as old
		must(0, store.Apply(t.Context(), transport.Change{Key: ageRecord.Key(ann, digest.Digest{i}), Value: make([]byte, 8)}))
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
