package peer

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// maxStopped is how many users of whom keys were stopped a peer remembers: 16 bytes each. Where
// there are more, everybody may be one of them.
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
	all       bool // there were more than maxStopped
}

// heard returns up to where news have been heard, and whose.
func (s *stopped) heard() (authority collection.KeyID, number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.authority, s.number
}

// add adds users, and forgets those of another authority.
func (s *stopped) add(authority collection.KeyID, users []transport.UserMark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil || s.authority != authority {
		s.authority, s.number, s.users, s.all = authority, 0, map[transport.UserMark]struct{}{}, false
	}
	for _, mark := range users {
		if s.all {
			return
		}
		s.users[mark] = struct{}{}
		if len(s.users) > maxStopped {
			s.users, s.all = map[transport.UserMark]struct{}{}, true
		}
	}
}

// upTo notes up to where all has been done that news is about.
func (s *stopped) upTo(number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number = number
}

// has reports whether keys of a user were stopped, or may have been. It is quick where nobody's
// were.
func (s *stopped) has(user collection.UserID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all || len(s.users) == 0 {
		return s.all
	}
	_, there := s.users[transport.MarkOf(user)]
	return there
}

// strangers are the users whom some words on keys are on, if nobody here has met them and keys
// of theirs were stopped.
func (p *base) strangers(statements [][]byte) (users []collection.UserID) {
	for _, data := range statements {
		if p.learned.has(data, p.cfg.Keys.Revision()) {
			continue
		}
		word, err := station.ReadWord(data)
		user := word.User()
		if err == nil && user != p.user && !user.IsZero() && !p.keyed.has(user) && p.stopped.has(user) && !slices.Contains(users, user) {
			users = append(users, user)
		}
	}
	return users
}

// askAbout asks the authority about the strangers whom some words on keys are on. If it does
// not answer, the error wraps transport.ErrStale.
func (p *base) askAbout(ctx context.Context, statements [][]byte) error {
	users := p.strangers(statements)
	_, number := p.stopped.heard()
	if err := p.askFor(ctx, number, users...); err != nil {
		return fmt.Errorf("%w: a user of whom keys were stopped: %v", transport.ErrStale, err)
	}
	return nil
}

// maxAsking is about how many strangers who call the authority is asked at once: anybody can
// call, and the hub is to take the peer's other requests all the same.
const maxAsking = 4

// meetStrangers waits until the authority may be asked about the strangers among callers, if
// any are. Then done is called when it was.
func (p *base) meetStrangers(ctx context.Context, statements [][]byte) (done func(), err error) {
	if len(p.strangers(statements)) == 0 {
		return func() {}, nil
	}
	select {
	case p.asking <- struct{}{}:
		return func() { <-p.asking }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
