package otelevent

import (
	"container/list"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

const (
	maxStarts = 4096
	maxDoing  = 32 // stations do a dozen things
	other     = "_OTHER"
)

// start names what has begun.
type start struct {
	stage stage
	ref   transport.Ref
}

// starts are the moments at which things began, of so many at most: whatever does not end
// leaves when as many have begun after it.
type starts struct {
	mu    sync.Mutex
	most  int
	order *list.List // of starts, the oldest first
	at    map[start]begun
}

type begun struct {
	at    time.Time
	place *list.Element
}

func newStarts(most int) *starts {
	return &starts{most: most, order: list.New(), at: map[start]begun{}}
}

// begin notes that something begins, unless it has begun already.
func (s *starts) begin(what start, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.at[what]; known {
		return
	}
	s.at[what] = begun{at, s.order.PushBack(what)}
	if oldest := s.order.Front(); s.order.Len() > s.most {
		delete(s.at, s.order.Remove(oldest).(start))
	}
}

// end returns when something began, if that is known, and forgets it.
func (s *starts) end(what start) (at time.Time, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, known := s.at[what]
	if known {
		s.order.Remove(b.place)
		delete(s.at, what)
	}
	return b.at, known
}

// words are values of an attribute, of which there are so many at most.
type words struct {
	mu   sync.Mutex
	most int
	seen map[string]bool
}

func newWords(most int) *words { return &words{most: most, seen: map[string]bool{}} }

// one returns the word, or another one once there are too many.
func (w *words) one(word string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.seen[word] && len(w.seen) >= w.most {
		return other
	}
	w.seen[word] = true
	return word
}
