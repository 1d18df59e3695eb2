package engine

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// TestPull: a reader gets what is here and the reader does not have, once of what is the same
// bytes, and waits for what was asked for; of what is withdrawn, neither.
func TestPull(t *testing.T) {
	start, _ := run(t, rules, State{}, fromDevice(twins(t, 6), true))
	some, _ := run(t, rules, start, Stored{Versions: sets(transport.BitsOf(0, 4))}) // and with the first 1 and 3
	for what, c := range map[string]struct {
		s               State
		has, here, send transport.Bits
		more            bool
	}{
		"nothing has come":  {s: start, more: true},
		"some has":          {s: some, here: transport.BitsOf(0, 1, 3, 4), send: transport.BitsOf(0, 4), more: true},
		"the reader has it": {s: some, has: transport.BitsOf(0, 1, 3, 4), more: true},
		"one is a copy":     {s: some, has: transport.BitsOf(0), here: transport.BitsOf(1, 3, 4), send: transport.BitsOf(1, 4), more: true},
		"the rest is not awaited": {
			s: some, has: transport.BitsOf(2, 5), here: transport.BitsOf(0, 1, 3, 4), send: transport.BitsOf(0, 4),
		},
	} {
		here, send, more := c.s.Pull(0, c.has)
		if !equal(sets(here, send), sets(c.here, c.send)) || more != c.more {
			t.Errorf("%s: %v is here, %v is sent, more %v", what, here, send, more)
		}
	}
	c := says(t, some.Collection, author, func(c collection.Collection) (collection.Update, error) {
		list := items(6)
		return c.Withdraw(list[2].ID, list[4].ID, list[5].ID)
	})
	gone, _ := run(t, rules, some, Updated{Collection: c})
	if here, send, more := gone.Pull(0, nil); !equal(sets(here, send), sets(transport.BitsOf(0, 1, 3), transport.BitsOf(0))) || more {
		t.Errorf("withdrawn: %v is here, %v is sent, more %v", here, send, more)
	}
	for what, c := range map[string]struct {
		before, after State
		want          bool
	}{
		"met": {State{}, start, true}, "come": {start, some, true}, "withdrawn": {some, gone, true}, "the same": {some, some, false},
	} {
		if Moved(c.before, c.after) != c.want {
			t.Errorf("%s: moved %v", what, !c.want)
		}
	}
	if original, _ := run(t, rules, some, Stored{Versions: sets(nil, nil, transport.BitsOf(4))}); Moved(some, original) {
		t.Error("moved by an original")
	}
}
