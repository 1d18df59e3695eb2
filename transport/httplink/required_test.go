package httplink

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// TestNamedHosts: whatever the address, the name of a host says it and the key, and is
// another one for another of them.
func TestNamedHosts(t *testing.T) {
	names := map[string]bool{}
	for _, address := range []string{"example.org", "example.org:8443", "192.0.2.1:80", "[2001:db8::1]:8443", "[::1]", "xn--bcher-kva.example"} {
		for _, r := range []*required{{key: collection.KeyID{1}}, {key: collection.KeyID{1}, web: true}, {key: collection.KeyID{2}}} {
			name := r.host(address)
			got, at, err := ofHost(name)
			if err != nil || at != address || got.key != r.key || got.web != r.web || names[name] {
				t.Errorf("%s: %s, %v, %v", name, at, got, err)
			}
			names[name] = true
		}
	}
	for _, bad := range []string{"", "example.org", "k.00", "k" + collection.KeyID{}.String() + ".xx"} {
		if _, _, err := ofHost(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// TestCheckKey: who carries requests in process finds out whether they are for a station.
func TestCheckKey(t *testing.T) {
	r := &required{key: collection.KeyID{1}}
	ctx := requiring(t.Context(), r)
	if err := CheckKey(ctx, collection.KeyID{2}); !errors.Is(err, transport.ErrPeerKey) || r.shown.Load() {
		t.Errorf("another key: %v", err)
	}
	if err := CheckKey(ctx, collection.KeyID{1}); err != nil || !r.shown.Load() {
		t.Errorf("the key: %v", err)
	}
	for what, ctx := range map[string]error{"any": CheckKey(t.Context(), collection.KeyID{2}), "any again": CheckKey(requiring(ctx, new(required)), collection.KeyID{2})} {
		if ctx != nil {
			t.Errorf("%s: %v", what, ctx)
		}
	}
}
