package peer

import (
	"fmt"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// TestSourcesAreBounded: a station that names sources without end displaces none that was known,
// and can always name itself.
func TestSourcesAreBounded(t *testing.T) {
	liar, other := collection.UserID{1}, collection.UserID{2}
	known := []transport.Source{{User: other, URL: "known"}, {User: liar, URL: "liar, 999"}}
	all := slices.Clone(known)
	for i := range 1000 {
		all = append(all, transport.Source{User: liar, URL: fmt.Sprint("liar, ", i)}, transport.Source{User: other, URL: fmt.Sprint("claimed, ", i)})
	}
	got := bounded(all, known, liar)
	if len(got) != maxSources || len(others(known, got)) > 0 {
		t.Errorf("%d sources, without %v", len(got), others(known, got))
	}
	if first := (transport.Source{User: liar, URL: "liar, 0"}); len(others([]transport.Source{first}, got)) > 0 {
		t.Error("it cannot name itself")
	}
}
