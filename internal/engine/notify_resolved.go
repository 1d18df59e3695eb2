package engine

import (
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// notifyResolved notifies those of a collection to whom the authority has just resolved
// an address, if the others have been told before.
func (r Rules) notifyResolved(before State, s *State) ([]Effect, error) {
	if !r.Notifies || s.Notified.IsZero() || resolutions(before.Collection) == resolutions(s.Collection) {
		return nil, nil
	}
	old := notify.Due(before.Collection)
	to := slices.DeleteFunc(notify.Due(s.Collection), func(u collection.UserID) bool { return slices.Contains(old, u) })
	if len(to) == 0 {
		return nil, nil
	}
	n, err := r.notification(s, notify.Shared)
	n.To, n.Addresses = to, nil
	return []Effect{n}, err
}

// resolutions counts the addresses that the authority has resolved.
func resolutions(c collection.Collection) int {
	n := 0
	for range c.Resolved() {
		n++
	}
	return n
}

// Write: store letters only; the sender tells the users itself, or they know already.
type Write struct{ Notify }
