package station

import (
	"testing"

	"github.com/glimpse-go/glimpse/internal/engine"
)

// TestUnknownEffect: an effect that the station does not know is an error, and
// nothing of the step is stored.
func TestUnknownEffect(t *testing.T) {
	type unknown struct{ engine.Effect }
	k, _, c := newCore(t, 1)
	before := must(k.Load(t.Context(), c.Name()))
	after := before
	after.Edited = !before.Edited
	_, _, err := k.commit(t.Context(), before, after, []engine.Effect{engine.Reply{}, unknown{}})
	if err == nil {
		t.Error("no error")
	}
	if s := must(k.Load(t.Context(), c.Name())); s.Edited != before.Edited {
		t.Error("the step was stored")
	}
	if _, _, err := k.commit(t.Context(), before, after, []engine.Effect{engine.Reply{}}); err != nil {
		t.Errorf("a known effect: %v", err)
	}
}
