package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
)

// notify returns the notification that is due: rules 3 and 7.
func (r Rules) notify(s *State) ([]Effect, error) {
	waits := s.Quiet && !s.Notifies && s.Notified.IsZero()
	if !r.Notifies && !s.Notifies || waits {
		return nil, nil
	}
	now, err := notify.Availability(s.Collection)
	confirms, same := s.confirms(), now == s.Notified && !s.Edited
	if err != nil || same && !confirms {
		return nil, err
	}
	reason := s.reason(now)
	onlyWrite := same || !s.Notifies && (s.Notifier == PeerNotifies || s.Notifier == DeviceNotifies && s.Notified.IsZero())
	noLetters := !confirms && s.onlyLevels() || s.LettersDue && (len(s.Unchecked) > 0 || reason == notify.Lost && s.onlyFalse())
	s.Edited, s.LettersDue = false, s.LettersDue && len(s.Unchecked) > 0
	if err := s.hasTold(); err != nil || onlyWrite && (noLetters || !r.Notifies) {
		return nil, err
	}
	n, err := r.notification(s, reason)
	n.NoLetters = noLetters
	switch letters := (Write{n}); {
	case onlyWrite:
		return []Effect{letters}, err
	case confirms: // stations were told, and take in the seal
		n.NoLetters = true
		return []Effect{n, letters}, err
	}
	return []Effect{n}, err
}

// confirms reports whether the recipients were told all that is new, but for letters: the
// authority has confirmed the author's word.
func (s State) confirms() bool {
	return s.LettersDue && len(s.Unchecked) == 0 && !s.Edited &&
		s.Collection.Labelled() == s.NotifiedLabelled && s.Collection.Withdrawn() == s.NotifiedWithdrawn
}

// onlyFalse reports whether nothing is new to the recipients but that what was lost, of
// which no letter has told.
func (s State) onlyFalse() bool { return !s.Edited && s.Collection.Withdrawn() == s.NotifiedWithdrawn }

// onlyLevels reports whether nothing but levels of labels is new to the recipients.
func (s State) onlyLevels() bool {
	return s.Collection.Kind() == label.Degree && !s.Notified.IsZero() && !s.Edited &&
		s.Collection.Labelled() == s.NotifiedLabelled && s.Collection.Withdrawn() == s.NotifiedWithdrawn
}

// notification makes the next one, of the availability that s.Notified names.
func (r Rules) notification(s *State, reason notify.Reason) (Notify, error) {
	c := s.Collection
	n, err := notify.Make(c, reason, r.link(c.Name()))
	s.News++
	return Notify{To: notify.Due(c), Addresses: notify.DueAddresses(c), Notification: n, Availability: s.Notified, Seq: s.News}, err
}

// reason says what there is to tell, when the availability is now.
func (s State) reason(now collection.Digest) notify.Reason {
	switch {
	case s.Notified.IsZero():
		return notify.Shared
	case now == s.Notified && s.Edited:
		return notify.Edited
	case s.Collection.Labelled() > s.NotifiedLabelled:
		return notify.Lost
	}
	return notify.Available
}

// News is what was told last of a collection, to tell it once more.
func (r Rules) News(s State) (Notify, error) {
	n, err := notify.Make(s.Collection, notify.Shared, r.link(s.Collection.Name()))
	return Notify{Notification: n, Availability: s.Notified, Seq: s.News}, err
}

func (r Rules) link(n collection.Name) string {
	if r.Link == "" {
		return ""
	}
	return r.Link + "/" + n.String()
}
