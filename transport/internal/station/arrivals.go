package station

import (
	"context"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// arrivals are the records of small versions that have come, to be stored with the state
// that says so.
type arrivals struct {
	core    *Core
	changes []transport.Change
	size    int
}

// maxArrivals is how many bytes of them wait in memory.
const maxArrivals = 1 << 20

// keep returns how they are kept. Those that cannot be stored wait for the step.
func (a *arrivals) keep(ctx context.Context) func(...transport.Change) error {
	return func(changes ...transport.Change) error {
		for _, c := range changes {
			a.size += len(c.Value)
		}
		a.changes = append(a.changes, changes...)
		if a.size < maxArrivals {
			return nil
		}
		if err := a.core.arrive(context.WithoutCancel(ctx), a.core.Store, a.changes...); err != nil {
			return err
		}
		a.changes, a.size = nil, 0
		return nil
	}
}

// arrive stores records of small versions that have come.
func (k *Core) arrive(ctx context.Context, in transport.Records, come ...transport.Change) error {
	_, err := record.Update(ctx, in, func(tx *record.Tx) error { return k.putNew(ctx, tx, come) })
	return err
}

// putNew stores records of small versions that have come, with what goes with them: what
// another process has brought meanwhile is not stored again.
func (k *Core) putNew(ctx context.Context, tx *record.Tx, come []transport.Change) error {
	var versions []transport.Change
	var keys []string
	for _, c := range come {
		if strings.HasPrefix(c.Key, versionRecord.Under()) {
			versions, keys = append(versions, c), append(keys, c.Key)
		} else if !strings.HasPrefix(c.Key, ageRecord.Under()) {
			tx.Put(c)
		} else if err := putAge(ctx, tx, c); err != nil {
			return err
		}
	}
	found, err := tx.Get(ctx, keys...)
	if err == nil {
		err = k.fetchCounts(ctx, tx, keys)
	}
	if err != nil {
		return err
	}
	for i, r := range found {
		if v, err := readVersion(r); err == nil && v.small {
			continue
		}
		if err := k.chargeVersion(ctx, tx, r, int64(len(versions[i].Value)-1)); err != nil {
			return err
		}
		tx.Put(versions[i])
	}
	return nil
}

// fetchCounts reads what chargeVersion needs for versions with such keys, all in one look.
func (k *Core) fetchCounts(ctx context.Context, tx *record.Tx, versions []string) error {
	if k == nil || !k.Cache {
		return nil
	}
	var counts []string
	for i, key := range versions {
		author, d, err := parseOf(versionRecord, key)
		if err != nil {
			return err
		}
		if i == 0 { // they are of one author
			counts = UsageKeys(author)
		}
		counts = append(counts, unfinishedRecord.Key(author, d))
	}
	return tx.Fetch(ctx, counts...)
}

// stored returns the event that versions have come, with the changes that store them:
// those that are still here, where partial versions expire.
func (k *Core) stored(ctx context.Context, e engine.Stored, come ...transport.Change) func(*record.Tx, engine.State) (engine.Event, error) {
	return func(tx *record.Tx, s engine.State) (engine.Event, error) {
		if err := k.putNew(ctx, tx, come); err != nil {
			return nil, err
		}
		if !k.Cache {
			return e, nil
		}
		here, err := k.here(ctx, tx, s.Collection, e.Versions)
		return engine.Stored{Versions: here, More: e.More}, err
	}
}

// here returns which of some versions are here, as long as the transaction stands.
func (k *Core) here(ctx context.Context, tx *record.Tx, c collection.Collection, versions []transport.Bits) ([]transport.Bits, error) {
	places := placesOf(c, versions)
	found, err := tx.Get(ctx, versionKeys(c.Author(), places)...)
	if err != nil {
		return nil, err
	}
	here := make([]transport.Bits, len(versions))
	for i, r := range found {
		if p := places[i]; r.Value != nil {
			here[p.version] = here[p.version].Add(p.item)
		}
	}
	return here, nil
}

// take has a collection hold versions that have come for another one, and returns those
// that are still here, where partial versions expire: they are as long as the transaction
// stands, and expire as if they had come now.
func (k *Core) take(ctx context.Context, tx *record.Tx, c collection.Collection, also []transport.Bits) ([]transport.Bits, error) {
	if !k.Cache {
		return also, nil
	}
	here, err := k.here(ctx, tx, c, also)
	if err != nil {
		return nil, err
	}
	return here, k.putAges(ctx, tx, c, here)
}

// putAges notes that partial versions of c come now.
func (k *Core) putAges(ctx context.Context, tx *record.Tx, c collection.Collection, versions []transport.Bits) error {
	places := placesOf(c, versions[:min(len(versions), len(c.Ladder())-1)])
	keys := make([]string, len(places))
	for i, p := range places {
		keys[i] = ageRecord.Key(c.Author(), p.digest)
	}
	if err := tx.Fetch(ctx, keys...); err != nil {
		return err
	}
	for _, p := range places {
		if err := putAge(ctx, tx, k.age(c.Author(), p.digest)); err != nil {
			return err
		}
	}
	return nil
}
