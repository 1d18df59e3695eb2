package xmpp

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
)

// TestRefusal: a message is refused for good where nobody is there, and only where its server does
// not say that this may pass.
func TestRefusal(t *testing.T) {
	for r, want := range map[refusal]bool{
		{"cancel", "item-not-found"}: true, {"modify", "gone"}: true, {"modify", "jid-malformed"}: true, {"cancel", "service-unavailable"}: true,
		{"wait", "service-unavailable"}: false, {"wait", "item-not-found"}: false, {"cancel", "remote-server-not-found"}: false,
		{"auth", "forbidden"}: false, {"cancel", "undefined-condition"}: false, {}: false,
	} {
		if err := r.err(); err == nil || errors.Is(err, notify.ErrRefused) != want {
			t.Errorf("%+v: %v", r, err)
		}
	}
}
