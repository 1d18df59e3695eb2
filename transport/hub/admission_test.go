package hub_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// admits has a hub admit calls until one is refused, and returns the error and how many it
// has admitted, of at most limit.
func admits(t *testing.T, h *hub.Hub, call transport.Call, limit int) (n int, leave []func(), err error) {
	for ; n < limit; n++ {
		done, err := h.Admit(t.Context(), call)
		if err != nil {
			return n, leave, err
		}
		leave = append(leave, done)
	}
	return n, leave, nil
}

// TestAdmission: one user has so many requests under way, and so many bytes of messages, and
// keeps nobody else from having as many; guests are bounded by their links.
func TestAdmission(t *testing.T) {
	w := labtest.New(t, hub.Config{Quotas: hub.Quotas{Calls: 10, Waits: 4, Messages: 1 << 20}, Memory: 5 << 20})
	h, mallory, bob := w.Hub.Hub, w.User("mallory"), w.User("bob")
	poll := transport.Call{User: mallory, Action: transport.Wait, Message: 10}
	n, leave, err := admits(t, h, poll, 2000)
	if isOver(t, err, "requests that wait at once"); n != 4 {
		t.Errorf("%d polls", n)
	}
	body := transport.Call{User: mallory, Action: transport.Send, Message: 600 << 10}
	n, more, err := admits(t, h, body, 2000)
	if isOver(t, err, "bytes of messages at once"); n != 1 {
		t.Errorf("%d bodies", n)
	}
	n, others, err := admits(t, h, transport.Call{User: mallory}, 2000)
	if isOver(t, err, "requests at once"); n != 5 {
		t.Errorf("%d more", n)
	}
	poll.User = bob
	if n, _, _ := admits(t, h, poll, 4); n != 4 {
		t.Errorf("%d polls of another user", n)
	}
	guest := transport.Call{Link: "token"}
	if n, _, err := admits(t, h, guest, 20); n != 10 {
		t.Errorf("%d guests: %v", n, err)
	}
	guest.Link = "another token"
	if n, _, err := admits(t, h, guest, 1); n != 1 {
		t.Errorf("another guest: %v", err)
	}
	for _, done := range append(append(leave, more...), others...) {
		done()
		done() // counts once
	}
	poll.User = mallory
	if n, _, _ := admits(t, h, poll, 20); n != 4 {
		t.Errorf("%d polls when the others are over", n)
	}
}

// TestMemoryOfMessages: all together have no more long messages in memory than there is room
// for, and short ones always go.
func TestMemoryOfMessages(t *testing.T) {
	w := labtest.New(t, hub.Config{Memory: 5 << 20})
	total := 0
	for i := range 10 {
		n, _, err := admits(t, w.Hub.Hub, transport.Call{User: collection.UserID{byte(i)}, Action: transport.Send, Message: 1 << 20}, 1)
		if total += n; n == 0 {
			isOver(t, err, "bytes of all users' messages at once")
		}
	}
	if total != 5 {
		t.Errorf("%d messages of 1 MiB", total)
	}
	if _, _, err := admits(t, w.Hub.Hub, transport.Call{Action: transport.Send, Message: 64 << 10}, 1); err != nil {
		t.Errorf("a short one: %v", err)
	}
}
