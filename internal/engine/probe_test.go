package engine

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

var patient = Rules{Authority: authority, RequiredFromDevice: 1, RequiredFromPeer: 2, Notifies: true, MaxFailedProbes: 3}

// served is a state of three items that are complete.
func served(t testing.TB, r Rules, sources ...transport.Source) State {
	s, _ := run(t, r, State{}, fromDevice(sealedDraft(t, 3), true), Stored{Versions: sets(transport.AllBits(3))})
	for _, source := range sources {
		s, _ = run(t, r, s, Announced{source})
	}
	return s
}

func from(address string, places ...int) transport.Source {
	return transport.Source{User: author, URL: address, Items: transport.BitsOf(places...)}
}

func TestRule10TakenBackAfterSeveralFailures(t *testing.T) {
	gone := Probed{from("home", 0, 1, 2)}
	s := served(t, patient, from("home", 0, 1, 2))
	s, effects := run(t, patient, s, gone, gone)
	none[Notify](t, effects)
	if s.Collection.Labelled() != 0 {
		t.Fatal("taken back too early")
	}
	s, effects = run(t, patient, stored(t, s), gone) // the count is durable
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Lost || n.Labelled != 3 {
		t.Errorf("told %+v", n)
	}
	if _, rank := s.Collection.At(0); rank.Generation() != 1 || len(s.Sources) != 0 || len(s.Failures) != 0 {
		t.Errorf("rank %v, sources %v, failures %v", rank, s.Sources, s.Failures)
	}
	s, effects = run(t, patient, s, Announced{from("other", 0, 1, 2)})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available || s.Collection.Labelled() != 0 {
		t.Errorf("told %+v", n)
	}
}

func TestRule10OneGoodProbeForgives(t *testing.T) {
	gone, well := Probed{from("home", 0, 1, 2)}, Probed{from("home")}
	s, effects := run(t, patient, served(t, patient, from("home", 0, 1, 2)), gone, gone, well, gone, gone)
	none[Notify](t, effects)
	if f, _ := s.Failed(from("home")); f.Times != 2 || s.Collection.Labelled() != 0 {
		t.Errorf("failures %+v", f)
	}
	s, _ = run(t, patient, s, Announced{from("home", 1)})
	if len(s.Failures) != 0 {
		t.Errorf("an announcement that was checked does not forgive: %+v", s.Failures)
	}
}

func TestRule10AnotherSourceIsLeft(t *testing.T) {
	gone := Probed{from("home", 0, 1, 2)}
	s := served(t, patient, from("home", 0, 1, 2), from("attic", 1, 2))
	s, _ = run(t, patient, s, gone, gone, gone)
	if s.Collection.Labelled() != 1 || s.Complete().Has(0) || len(s.Sources) != 1 {
		t.Errorf("complete %v, sources %v", s.Complete(), s.Sources)
	}
}

func TestRule10OneItemIsGone(t *testing.T) {
	gone := Probed{from("home", 1)}
	s, _ := run(t, patient, served(t, patient, from("home", 0, 1, 2)), gone, gone, gone)
	if s.Collection.Labelled() != 1 || s.Complete().Has(1) || !s.served().Has(0) || s.served().Has(1) {
		t.Errorf("complete %v, served %v", s.Complete(), s.served())
	}
}

func TestRule10OnlyTheAuthorityTakesBack(t *testing.T) {
	other := patient
	other.Authority = collection.KeyID{8}
	gone := Probed{from("home", 0, 1, 2)}
	s, effects := run(t, other, served(t, other, from("home", 0, 1, 2)), gone, gone, gone)
	if _, rank := s.Collection.At(0); rank.Generation() != 0 || len(s.Sources) != 0 {
		t.Errorf("rank %v, sources %v", rank, s.Sources)
	}
	none[Validate](t, effects)
}

func TestRule10UnknownSource(t *testing.T) {
	gone := Probed{from("elsewhere", 0)}
	s, _ := run(t, patient, served(t, patient, from("home", 0)), gone, gone, gone)
	if len(s.Failures) != 0 || s.Collection.Labelled() != 2 {
		t.Errorf("failures %v", s.Failures)
	}
}
