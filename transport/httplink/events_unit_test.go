package httplink

import (
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// TestEventID: the id of an event is read in the one form in which it is written.
func TestEventID(t *testing.T) {
	zeros := strings.Repeat("0", 30)
	for _, c := range []transport.Cursor{{}, {Feed: transport.FeedID{0xab}, Number: 7}, {Number: 1<<64 - 1}} {
		if got, err := parseCursor(cursorText(c)); got != c || err != nil {
			t.Errorf("%s: %v, %v", cursorText(c), got, err)
		}
	}
	for _, bad := range []string{
		"-", "7", "-7", "ab" + zeros, "ab" + zeros + "-", "ab" + zeros + "-07", "ab" + zeros + "-+7", "AB" + zeros + "-7",
		"ab" + zeros + "-7-7", "ab" + zeros + "-18446744073709551616", "ab" + zeros + "00-7", "ab" + zeros[1:] + "-7", "xy" + zeros + "-7",
	} {
		if _, err := parseCursor(bad); err == nil {
			t.Errorf("%q is an id", bad)
		}
	}
}

// FuzzEventID: an id is refused, or is the one form of a cursor.
func FuzzEventID(f *testing.F) {
	f.Add(cursorText(transport.Cursor{Number: 7}))
	f.Fuzz(func(t *testing.T, id string) {
		if c, err := parseCursor(id); err == nil && cursorText(c) != id {
			t.Errorf("%q is %v", id, c)
		}
	})
}

// TestEventView: what may not be read any more is names and the reason, and what is more than
// JSON shows is left out.
func TestEventView(t *testing.T) {
	n := notify.Notification{Author: collection.UserID{1}, Collection: collection.ID{2}, To: collection.UserID{3}, Reason: notify.Removed}
	want := `{"author":"01` + strings.Repeat("0", 30) + `","collection":"02` + strings.Repeat("0", 30) + `","reason":"removed"}`
	large := make(transport.Bits, maxShown/8+1)
	for i := range large {
		large[i] = 0xff
	}
	for _, state := range []*transport.State{nil, {Collection: []byte("none")}, {Sources: []transport.Source{{Items: large}}}} {
		if got := string(line(entryView(transport.Entry{Number: 4, Notification: n, State: state}))); got != want {
			t.Error(got)
		}
	}
}
