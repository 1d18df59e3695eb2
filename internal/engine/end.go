package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Rule 19. Nothing of the state goes when a collection ends: the key may be a stolen one, and
// when that is revoked the End does not stand any more, and all goes on as it was.

// isOver reports whether an event is refused, or passed over, in a collection that has ended.
func (s State) isOver(e Event) (over bool, err error) {
	if !s.Known() || !s.Collection.Ended() {
		return false, nil
	}
	switch e.(type) {
	case Announced, Vouched, Published:
		return true, transport.ErrEnded
	case Falsified, Probed, Recalled: // Missed ends what was asked for before
		return true, nil
	}
	return false, nil
}

// ended returns the effects of a step after which the collection has ended: whoever caused
// it is answered, and the recipients are told, once. Nothing else is said or asked for.
func (r Rules) ended(s *State, effects []Effect) ([]Effect, error) {
	var left []Effect
	for _, e := range effects {
		if reply, ok := e.(Reply); ok {
			left = append(left, reply)
		}
	}
	now, err := notify.Availability(s.Collection)
	told := s.Notified.IsZero() || s.Notified == now
	if err != nil || told || !s.notifies(r) {
		return left, err
	}
	s.Edited, s.LettersDue = false, false
	if err := s.hasTold(); err != nil {
		return nil, err
	}
	n, err := r.notification(s, notify.Ended)
	n.NoLetters = true        // the links in those that went open nothing any more
	n.Notification.Title = "" // it may be newer than what is for those who were left out
	return append(left, n), err
}

// notifies reports whether the station itself sends the next notification to users.
func (s State) notifies(r Rules) bool {
	return s.Notifies || r.Notifies && s.Notifier != PeerNotifies
}

// Shows reports whether something of the versions of a collection is for a user, or for
// guests, the zero UserID: of what has ended, nothing is for any but its author.
func Shows(s State, u collection.UserID) bool {
	return !s.Collection.Ended() || u == s.Collection.Author()
}
