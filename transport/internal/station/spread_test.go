package station

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// spreadsFrom leaves a job as an announcement of the first n items does, which meets
// something, and reports whether there is one.
func (k *Core) spreadsFrom(t *testing.T, s engine.State, n int, meets func()) bool {
	t.Helper()
	key := spreadJob.Key(s.Collection.Name())
	must(0, record.Put(t.Context(), k.Store, transport.Change{Key: key}))
	must(record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
		step := step{core: k, tx: tx, result: Result{State: s}}
		if err := step.spreads(t.Context(), transport.Source{Items: transport.AllBits(n)}); err != nil {
			return err
		}
		tx.Set(stateRecord.Key(s.Collection.Name(), s.Collection.ID()), []byte{}) // what the step is about
		meets()
		return nil
	}))
	return must(record.Get(t.Context(), k.Store, key)).Version > 0
}

// TestNothingToSpread: an announcement leaves a job only if another collection has one of
// its items, also if that comes while it is looked for.
func TestNothingToSpread(t *testing.T) {
	k, signer, c := newCore(t, 2)
	s := must(k.Load(t.Context(), c.Name()))
	nothing := func() {}
	if k.spreadsFrom(t, s, 2, nothing) {
		t.Error("a job for items that are in no other collection")
	}
	header, body := c.Header(), c.Body()
	header.ID, body.Items = collection.ID{3}, body.Items[:1]
	another := must(must(collection.New(header, body)).Sign(t.Context(), signer, time.Unix(1e9, 0)))
	if !k.spreadsFrom(t, s, 1, func() { keeps(t, k, another) }) {
		t.Error("no job for an item that another collection has since")
	}
	if !k.spreadsFrom(t, s, 1, nothing) {
		t.Error("no job for an item that another collection has")
	}
}
