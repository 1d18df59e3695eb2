package hub

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// TestClaims: the latest claim of a user's stations counts, once, unless a share has
// come since that claims nothing.
func TestClaims(t *testing.T) {
	var c claims
	ann, name := collection.UserID{1}, collection.Name{Author: collection.UserID{1}, ID: collection.ID{2}}
	claim := func(url string, items ...int) {
		c.note(ann, name, transport.Share{URL: url, Serves: []transport.Bits{nil, transport.BitsOf(items...)}})
	}
	taken := func(url string, items int) {
		t.Helper()
		a, ok := c.take(ann, name)
		if ok != (url != "") || a.URL != url || a.Items.Len() != items {
			t.Errorf("took %+v, %v", a, ok)
		}
	}
	taken("", 0)
	claim("home", 0)
	claim("home", 0, 1)
	taken("home", 2)
	taken("", 0)
	claim("home", 0)
	claim("loft", 1)
	taken("loft", 1)
	claim("home", 0)
	c.note(ann, name, transport.Share{})
	taken("", 0)
	for i := range maxClaims + 1 {
		c.note(collection.UserID{9, byte(i), byte(i >> 8)}, name, transport.Share{URL: "x", Serves: []transport.Bits{transport.BitsOf(0)}})
	}
	if len(c.all) > maxClaims {
		t.Errorf("%d claims are remembered", len(c.all))
	}
}
