package main

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/glimpse-go/glimpse/transport"
)

// rival stands for another process on the stores of all stations, in some of the runs: it
// writes what a batch rests on, just before that, as if it had come to the same, or makes
// and removes again what is not to be there.
type rival struct {
	w      *world
	random *rand.Rand
	often  float64 // of batches with conditions, from 0 to 1
}

// newRival returns nil in runs without one.
func newRival(w *world) *rival {
	random := rand.New(rand.NewPCG(w.seed, 3))
	if random.IntN(3) > 0 || w.lean {
		return nil
	}
	return &rival{w, random, random.Float64() / 4}
}

// comesFirst has it write one of the records that conditions are about.
func (r *rival) comesFirst(ctx context.Context, d *disk, conditions []transport.Condition) error {
	if r == nil || len(conditions) == 0 || r.random.Float64() >= r.often {
		return nil
	}
	keys := make([]string, len(conditions))
	for i, c := range conditions {
		keys[i] = c.Key
	}
	slices.Sort(keys)
	key := keys[r.random.IntN(len(keys))]
	r.w.say("    %s: another process writes %s", d.name, key)
	if !d.holds(key) {
		return transport.At(transport.ErrConflict, key)
	}
	_, err := d.Store.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: key, Value: []byte(d.values[key])}}})
	return err
}

// end ends what it does.
func (r *rival) end() {
	if r != nil {
		r.often = 0
	}
}
