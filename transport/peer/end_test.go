package peer

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
)

// TestReasonFor: that a collection has ended its author says, and no sender of notifications.
func TestReasonFor(t *testing.T) {
	c, err := collection.New(collection.Header{ID: collection.ID{1}, Author: collection.UserID{2}}, collection.Body{})
	if err != nil {
		t.Fatal(err)
	}
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signature.NewSigner(key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ended, err := c.End(t.Context(), signer, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		of         collection.Collection
		said, want notify.Reason
	}{
		{c, notify.Ended, notify.Available}, {c, notify.Lost, notify.Lost}, {c, notify.Shared, notify.Shared},
		{ended, notify.Available, notify.Ended}, {ended, notify.Shared, notify.Ended}, {ended, notify.Ended, notify.Ended},
	} {
		if got := reasonFor(k.said, k.of); got != k.want {
			t.Errorf("ended %v, said %v: %v", k.of.Ended(), k.said, got)
		}
	}
}
