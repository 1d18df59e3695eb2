package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// notifyResolved notifies those to whom the authority has just resolved an address, and
// those whom the author has just accepted for one; and the author, of those who are still
// to be accepted: rules 11 and 17.
func (r Rules) notifyResolved(before State, s *State) ([]Effect, error) {
	if !r.Notifies {
		return nil, nil
	}
	var effects []Effect
	for _, tell := range []func(State, *State) (Effect, error){r.notifyJoined, r.notifyAuthor, r.notifyAccepted} {
		e, err := tell(before, s)
		if err != nil {
			return nil, err
		}
		if e != nil {
			effects = append(effects, e)
		}
	}
	return effects, nil
}

// notifyJoined notifies who has just become a user, if the others have been told before.
func (r Rules) notifyJoined(before State, s *State) (Effect, error) {
	if s.Notified.IsZero() || resolutions(before.Collection) == resolutions(s.Collection) {
		return nil, nil
	}
	old := notify.Due(before.Collection)
	to := slices.DeleteFunc(notify.Due(s.Collection), func(u collection.UserID) bool { return slices.Contains(old, u) })
	if len(to) == 0 {
		return nil, nil
	}
	n, err := r.notification(s, notify.Shared)
	n.To, n.Addresses = to, nil
	return n, err
}

// notifyAuthor notifies the author of those who are to be accepted.
func (r Rules) notifyAuthor(before State, s *State) (Effect, error) {
	open := unaccepted(s.Collection)
	if !hasMore(open, unaccepted(before.Collection)) {
		return nil, nil
	}
	n, err := r.notification(s, notify.Resolved)
	return n.apart(s.Collection.Author()), err
}

// notifyAccepted notifies those whom the author has just accepted, if something is complete:
// nothing else is new to them.
func (r Rules) notifyAccepted(before State, s *State) (Effect, error) {
	was, open := unaccepted(before.Collection), unaccepted(s.Collection)
	if s.Notified.IsZero() || s.Complete().IsEmpty() || !hasMore(was, open) {
		return nil, nil
	}
	var to []collection.UserID
	for a, u := range before.Collection.Unaccepted() {
		if !open[resolution{a, u}] {
			to = append(to, u)
		}
	}
	slices.SortFunc(to, func(a, b collection.UserID) int { return bytes.Compare(a[:], b[:]) })
	n, err := r.notification(s, notify.Available)
	return n.apart(slices.Compact(to)...), err
}

// apart is n for some users alone, who do not have it as a repeat of what they were told of
// the same availability, nor of another of these: its number goes into its ID. Its updates
// are left out: there is more to ask for.
func (n Notify) apart(to ...collection.UserID) Notify {
	n.Apart, n.NoLetters = true, true
	n.To, n.Addresses, n.Notification.Updates = to, nil, nil
	n.Availability = sha256.Sum256(binary.BigEndian.AppendUint64(n.Availability[:], n.Seq))
	return n
}

// resolution is a user whom the authority has named for an address.
type resolution struct {
	address collection.Address
	user    collection.UserID
}

// unaccepted are those whom the author has not accepted.
func unaccepted(c collection.Collection) map[resolution]bool {
	var open map[resolution]bool
	for a, u := range c.Unaccepted() {
		if open == nil {
			open = map[resolution]bool{}
		}
		open[resolution{a, u}] = true
	}
	return open
}

// hasMore reports whether there is one in a that is not in b.
func hasMore(a, b map[resolution]bool) bool {
	for r := range a {
		if !b[r] {
			return true
		}
	}
	return false
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
