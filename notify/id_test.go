package notify_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// TestHasID: an ID is that of what is told to one recipient, as far as it is told.
func TestHasID(t *testing.T) {
	c := complete(picnic(2), collection.ItemID{0, 1})
	good := makeFor(t, c, bob)
	forged, toEve, silent := good, good, good
	forged.ID[0]++
	toEve.To = eve
	silent.ID[0]++
	silent.Updates = nil
	for what, k := range map[string]struct {
		n    notify.Notification
		want bool
	}{"good": {good, true}, "forged": {forged, false}, "to another": {toEve, false}, "without updates": {silent, true}, "of no update": {makeFor(t, picnic(2), bob), true}} {
		if has := k.n.HasID(); has != k.want {
			t.Errorf("%s: %v", what, has)
		}
	}
}
