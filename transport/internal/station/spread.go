package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// spreading is the job of announcing originals in the author's other collections.
type spreading struct {
	Sources []transport.Source `cbor:"1,keyasint"`
	After   collection.ID      `cbor:"2,keyasint"` // those up to this one have the first of them
	Failed  bool               `cbor:"3,keyasint,omitempty"`
	Tries   int                `cbor:"4,keyasint,omitempty"` // in vain
}

// maxSpreadTries is how often something is announced where it fails.
const maxSpreadTries = 20

// maxSpread is in how many collections something is announced before that is noted.
const maxSpread = 32

// spreads adds an announcement to the job of a collection, unless its author has no other
// one with the items.
func (s *step) spreads(ctx context.Context, source transport.Source) error {
	c := s.result.State.Collection
	names, err := s.core.others(ctx, s.tx, c, source.Items)
	if err != nil || len(names) == 0 {
		return err
	}
	key := spreadJob.Key(c.Name())
	job, _, err := loadJob[spreading](ctx, s.tx, key)
	if err != nil {
		return err
	}
	job.Sources = append(job.Sources, source)
	s.jobs = append(s.jobs, key)
	return s.core.storeJob(s.tx, key, job)
}

// spread does jobs, or a batch of each, and returns those that go on: what one of them
// fails at keeps no other.
func (k *Core) spread(ctx context.Context, keys []string) (left []string, err error) {
	var failed []error
	done := map[string]spread{}
	steps := 0
	for _, key := range keys {
		if steps >= maxSpread {
			left = append(left, key)
			continue
		}
		d, there, err := k.spreadOne(ctx, key)
		if failed = append(failed, err); there {
			done[key] = d
			steps += d.steps
		}
	}
	more, err := k.noteSpread(ctx, done)
	return append(left, more...), errors.Join(append(failed, err)...)
}

// spread is what was done of a job.
type spread struct {
	job    spreading     // as it was
	last   collection.ID // as far as it is done, if there is more of its first source
	failed bool
	steps  int
}

// spreadOne does a batch of a job; it reports whether there is such a job.
func (k *Core) spreadOne(ctx context.Context, key string) (d spread, there bool, err error) {
	name, err := record.Name(key)
	if err != nil {
		return d, false, err
	}
	d.job, there, err = loadJob[spreading](ctx, record.Reading(k.Store), key)
	if err != nil || !there {
		return d, false, err
	}
	from, err := k.Load(ctx, name)
	if err != nil && !errors.Is(err, transport.ErrSeal) {
		return d, false, err
	}
	d.last, d.steps, err = k.spreadTo(ctx, from.Collection, d.job.Sources[0], d.job.After)
	d.failed = err != nil
	return d, true, err
}

// noteSpread notes what was done of jobs, and returns those that go on.
func (k *Core) noteSpread(ctx context.Context, done map[string]spread) (more []string, err error) {
	keys := slices.Sorted(maps.Keys(done))
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		more = nil
		if _, err := tx.Get(ctx, keys...); err != nil {
			return err
		}
		for _, key := range keys {
			on, err := k.noteOne(ctx, tx, key, done[key])
			if err != nil {
				return err
			}
			if on {
				more = append(more, key)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return more, nil
}

// noteOne notes what was done of a job, and reports whether it goes on.
func (k *Core) noteOne(ctx context.Context, tx *record.Tx, key string, d spread) (more bool, err error) {
	now, there, err := loadJob[spreading](ctx, tx, key)
	if err != nil || !there || now.After != d.job.After || !sameSource(now.Sources[0], d.job.Sources[0]) {
		return false, err // another one does it
	}
	more = true
	now.Failed = now.Failed || d.failed
	if now.After = d.last; d.last.IsZero() {
		more = now.next()
	}
	if len(now.Sources) > 0 {
		return more, k.storeJob(tx, key, now)
	}
	tx.Set(key, nil)
	return false, nil
}

func sameSource(a, b transport.Source) bool {
	return a.User == b.User && a.URL == b.URL && bytes.Equal(a.Items, b.Items)
}

// next goes on to the next source, if there is one now: where one has failed it is tried
// again when the lease is over.
func (s *spreading) next() bool {
	if s.Failed && s.Tries < maxSpreadTries {
		s.Failed, s.Tries = false, s.Tries+1
		return false
	}
	s.Failed, s.Tries, s.Sources = false, 0, s.Sources[1:]
	return len(s.Sources) > 0
}

// spreadTo steps an announcement in some of the author's other collections that have
// one of the items, as far as it is not withdrawn there, and returns the last of them if
// there are more, and how many they are. A collection whose seals do not stand any more is
// left as it is; what else fails in one does not keep it from the others.
func (k *Core) spreadTo(ctx context.Context, from collection.Collection, source transport.Source, after collection.ID) (last collection.ID, steps int, err error) {
	names, err := k.others(ctx, record.Reading(k.Store), from, source.Items)
	if err != nil {
		return last, 0, err
	}
	var failed []error
	for _, name := range names {
		if bytes.Compare(name.ID[:], after[:]) <= 0 {
			continue
		}
		if steps == maxSpread {
			return last, steps, errors.Join(failed...)
		}
		last = name.ID
		steps++
		_, err := k.do(ctx, name, doing{spreading: true}, func(_ *record.Tx, s engine.State) (engine.Event, error) {
			here := source
			here.Items = NotWithdrawn(s.Collection, mapBits(source.Items, samePlaces(from, s.Collection)))
			if here.Items.IsEmpty() || !s.Sealed || s.Collection.Ended() || !engine.MayComplete(s.Collection, source.User) {
				return nil, nil
			}
			return engine.Announced{Source: here}, nil
		})
		if err != nil && !errors.Is(err, transport.ErrSeal) {
			failed = append(failed, fmt.Errorf("collection %v: %w", name, err))
		}
	}
	return collection.ID{}, steps, errors.Join(failed...)
}
