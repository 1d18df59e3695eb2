package station

import (
	"testing"

	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// TestUnknownEffect: an effect that the station does not know is an error, and
// nothing of the step is stored.
func TestUnknownEffect(t *testing.T) {
	type unknown struct{ engine.Effect }
	k, _, c := newCore(t, 1)
	before := must(k.Load(t.Context(), c.Name()))
	after := before
	after.Edited = !before.Edited
	perform := func(effects ...engine.Effect) error {
		_, err := record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
			s := step{core: k, tx: tx}
			return s.store(t.Context(), remembered{state: before, parts: must(before.Parts())}, after, effects)
		})
		return err
	}
	if perform(engine.Reply{}, unknown{}) == nil {
		t.Error("no error")
	}
	if s := must(k.Load(t.Context(), c.Name())); s.Edited != before.Edited {
		t.Error("the step was stored")
	}
	if err := perform(engine.Reply{}); err != nil {
		t.Errorf("a known effect: %v", err)
	}
}
