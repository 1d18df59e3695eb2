package peer

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// TestOwnAddresses: a peer knows itself at each of its addresses, and asks itself for nothing.
func TestOwnAddresses(t *testing.T) {
	p := &base{cfg: Config{URL: "https://a.example", Also: []string{"https://b.example"}}}
	for url, want := range map[string]bool{"https://a.example": true, "https://b.example": true, "https://c.example": false} {
		if got := p.isOwn(transport.Source{URL: url}); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
}
