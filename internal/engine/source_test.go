package engine

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// at is what a station serves at an address, by the numbered word of its key.
func at(t *testing.T, key byte, number uint64, url string, places ...int) transport.Source {
	t.Helper()
	e, err := collection.Endpoint{User: author, Key: collection.KeyID{key}, Number: number, URLs: []string{url}}.Sign(t.Context(), keyed{seals("station"), key})
	check(t, err)
	s := transport.Source{User: author, URL: url, Items: transport.BitsOf(places...)}
	s.Endpoint, err = e.MarshalBinary()
	check(t, err)
	return s
}

// keyed is a signer with a key of a name.
type keyed struct {
	seals
	key byte
}

func (k keyed) ID() [32]byte { return [32]byte{k.key} }

// TestRule10Moved: a station that announces from another address serves there what it served
// at the one before, whatever comes late; others stay where they are.
func TestRule10Moved(t *testing.T) {
	const old, now, other = "https://old", "https://now", "https://other"
	s := served(t, patient, at(t, 1, 1, old, 0, 1), at(t, 2, 1, other, 2))
	s, _ = run(t, patient, s, Probed{at(t, 1, 1, old, 0)})
	s, _ = run(t, patient, s, Announced{at(t, 1, 2, now, 0)}, Announced{at(t, 1, 1, old, 1)})
	if len(s.Sources) != 2 || len(s.Failures) != 0 {
		t.Fatalf("%d sources, %d failures: %v", len(s.Sources), len(s.Failures), s.Sources)
	}
	for url, want := range map[string]transport.Bits{old: nil, now: transport.BitsOf(0, 1), other: transport.BitsOf(2)} {
		if got := s.servedBy(transport.Source{User: author, URL: url}); !got.Without(want).IsEmpty() || !want.Without(got).IsEmpty() {
			t.Errorf("%s: %v, want %v", url, got, want)
		}
	}
	if s.Collection.Labelled() != 0 {
		t.Errorf("%d labels", s.Collection.Labelled())
	}
}

// TestRule10MovedUnchecked: what was not checked where a station was is not where it went,
// but for what it announces there.
func TestRule10MovedUnchecked(t *testing.T) {
	s := served(t, patient)
	s, _ = run(t, patient, s, vouched(t, s, at(t, 1, 1, "https://old", 0, 1, 2)))
	now := at(t, 1, 2, "https://now", 0)
	s, _ = run(t, patient, s, Announced{now})
	if got := s.UncheckedOf(now); !got.Without(transport.BitsOf(1, 2)).IsEmpty() || got.IsEmpty() || len(s.Unchecked) != 1 {
		t.Errorf("unchecked: %v", s.Unchecked)
	}
	if s.Collection.Labelled() != 0 {
		t.Errorf("%d labels", s.Collection.Labelled())
	}
}
