package engine

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// whole is a collection of three items that home serves, with their thumbnails and screens
// here.
func whole(t testing.TB) State {
	all := transport.AllBits(3)
	s, _ := run(t, rules, State{}, poor(t, from("home", 0, 1, 2)), Announced{from("attic", 0, 1)}, Stored{Versions: sets(all, all)})
	return s
}

func TestRule18AskedAgain(t *testing.T) {
	all := transport.AllBits(3)
	s, _ := run(t, rules, whole(t), Expired{Versions: sets(all)})
	if len(s.Wants) != 0 || s.Collection.Labelled() != 0 {
		t.Fatalf("wants %+v, %d labels", s.Wants, s.Collection.Labelled())
	}
	s, effects := run(t, rules, s, Recalled{Versions: sets(all, all, all)})
	none[Notify](t, effects)
	if len(s.Wants) != 2 || s.Wants[0].URL != "home" || !sameSets(s.Wants[0].Versions, sets(all)) || !sameSets(s.Wants[1].Versions, sets(transport.BitsOf(0, 1))) {
		t.Fatalf("wants %+v", s.Wants)
	}
	again, _ := run(t, rules, s, Recalled{Versions: sets(all)})
	if len(again.Wants) != 2 {
		t.Errorf("what is awaited is asked for once more: %+v", again.Wants)
	}
	if !s.Awaits(1, 0) || s.Awaits(1, 1) {
		t.Error("readers do not wait for what comes again")
	}
	s, effects = run(t, rules, s, Stored{Versions: sets(all)})
	none[Notify](t, effects)
	if len(s.Wants) != 0 || s.Collection.Labelled() != 0 {
		t.Errorf("wants %+v, %d labels", s.Wants, s.Collection.Labelled())
	}
}
