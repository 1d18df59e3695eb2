package main

import (
	"strings"
	"testing"
)

// TestHubs measures several hubs, on real servers, with little to do: what needs no time
// must be as it has to, and who waits at another hub is told.
func TestHubs(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits until leases have ended")
	}
	for _, name := range []string{"hubs", "killed hubs"} {
		results := measured(t, "-store", "pg", "-collections", "500", "-only", name)
		if len(results) == 0 {
			t.Errorf("%s: no results", name)
		}
		for _, m := range results {
			exact := strings.HasPrefix(m.What, "acknowledged, and lost") || strings.HasPrefix(m.What, "conflicts")
			if exact && !m.OK {
				t.Errorf("%s: %v", m.What, m.Value)
			}
		}
	}
}
