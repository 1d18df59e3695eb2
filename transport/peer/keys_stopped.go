package peer

import (
	"context"
	"fmt"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// maxStopped is of how many users a peer hears that keys were stopped: 16 bytes each.
const maxStopped = 1 << 20

// stopped is of whom the authority has stopped keys, as this process has heard; the next one
// hears all of it again. Most of them nobody here knows: of somebody who turns up later, with
// an older statement, the authority is asked first. The zero stopped has heard nothing; it is
// safe for concurrent use.
type stopped struct {
	mu        sync.Mutex
	authority collection.KeyID
	number    uint64
	users     map[transport.UserMark]struct{}
}

// heard returns up to where news have been heard, and whose.
func (s *stopped) heard() (authority collection.KeyID, number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.authority, s.number
}

// add adds users, and forgets those of another authority.
func (s *stopped) add(authority collection.KeyID, users []transport.UserMark) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil || s.authority != authority {
		s.authority, s.number, s.users = authority, 0, map[transport.UserMark]struct{}{}
	}
	if len(s.users)+len(users) > maxStopped {
		return transport.At(transport.ErrTooLarge, "key news")
	}
	for _, mark := range users {
		s.users[mark] = struct{}{}
	}
	return nil
}

// upTo notes up to where all has been done that news is about.
func (s *stopped) upTo(number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number = number
}

// has reports whether keys of a user were stopped. It is quick where nobody's were.
func (s *stopped) has(user collection.UserID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.users) == 0 {
		return false
	}
	_, there := s.users[transport.MarkOf(user)]
	return there
}

// askAbout asks the authority about the users whom some words on keys are on, if nobody
// here has met them and keys of theirs were stopped. If it does not answer, the error wraps
// transport.ErrStale.
func (p *base) askAbout(ctx context.Context, statements [][]byte) error {
	for _, data := range statements {
		if p.learned.has(data, p.cfg.Keys.Revision()) {
			continue
		}
		word, err := station.ReadWord(data)
		user := word.User()
		if err != nil || user == p.user || p.keyed.has(user) || !p.stopped.has(user) {
			continue
		}
		_, number := p.stopped.heard()
		if err := p.askFor(ctx, number, user); err != nil {
			return fmt.Errorf("%w: a user of whom keys were stopped: %v", transport.ErrStale, err)
		}
	}
	return nil
}
