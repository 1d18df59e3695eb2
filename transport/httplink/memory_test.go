package httplink

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// asked is a request as a memory sees it.
type asked struct {
	user   byte
	nonce  uint64
	sealed time.Duration // since at
}

func (m *memory) take(s asked, now time.Duration) error {
	user := collection.UserID{s.user}
	return m.add(user, seen{collection.KeyID{s.user}, s.nonce}, at.Add(s.sealed).Unix(), at.Add(now))
}

// TestFlood: who sends more than is remembered, at whatever times of sealing, has only its
// own requests refused; nothing is taken twice, and the memory does not grow.
func TestFlood(t *testing.T) {
	for what, sealed := range map[string]func(i int) time.Duration{
		"at once":  func(int) time.Duration { return 0 },
		"as it is": func(i int) time.Duration { return time.Duration(i) * time.Second / 50 },
		"ahead":    func(int) time.Duration { return maxSkew },
		"behind":   func(int) time.Duration { return -maxSkew },
		"anywhen":  func(i int) time.Duration { return time.Duration(i*7919%600-300) * time.Second },
	} {
		m := &memory{max: 100}
		good := []asked{{1, 1, -maxSkew}, {1, 2, 0}, {2, 1, maxSkew}, {3, 3, 0}}
		for _, s := range good {
			must(t, m.take(s, 0))
		}
		var took []asked
		for i := range 1000 {
			flood := asked{9, uint64(i), sealed(i)}
			if m.take(flood, flood.sealed) == nil {
				took = append(took, flood)
			}
			if m.size > 100 || len(m.users) > 4 {
				t.Fatalf("%s: %d requests of %d users", what, m.size, len(m.users))
			}
		}
		for _, s := range append(good, took...) {
			if err := m.take(s, s.sealed); !errors.Is(err, transport.ErrUnauthenticated) {
				t.Errorf("%s: %v is taken twice: %v", what, s, err)
			}
		}
		must(t, m.take(asked{1, 3, -maxSkew}, 0))
		must(t, m.take(asked{4, 1, 0}, 0))
	}
}

// TestBusyCaller: who sends steadily, as much as it likes, is never refused.
func TestBusyCaller(t *testing.T) {
	m := &memory{max: 100}
	for i := range 10_000 {
		now := time.Duration(i) * time.Second / 40
		must(t, m.take(asked{1, uint64(i), now}, now))
	}
}

// TestManyCallers: where there are too many, those who come then are refused, until the seals
// of the others are too old.
func TestManyCallers(t *testing.T) {
	m := &memory{max: 100}
	for i := range 100 {
		must(t, m.take(asked{byte(i), 1, 0}, 0))
	}
	for i := range 50 {
		must(t, m.take(asked{byte(i), 2, time.Second}, time.Second))
	}
	if err := m.take(asked{200, 1, 0}, 0); !errors.Is(err, errCallers) {
		t.Error(err)
	}
	for i := range 100 {
		if err := m.take(asked{byte(i), 1, 0}, 0); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("%d is taken twice: %v", i, err)
		}
	}
	later := 2*maxSkew + 2*time.Second
	must(t, m.take(asked{200, 1, later}, later))
	if len(m.users) != 1 || m.size != 1 {
		t.Errorf("%d requests of %d users", m.size, len(m.users))
	}
}

// TestMemory: what was taken is known for as long as its seal can be good.
func TestMemory(t *testing.T) {
	var m memory
	for i := range 1000 {
		must(t, m.take(asked{1, uint64(i), maxSkew}, 0))
	}
	for i := range 1000 {
		if err := m.take(asked{1, uint64(i), maxSkew}, 2*maxSkew); !errors.Is(err, errReplayed) {
			t.Fatalf("%d: %v", i, err)
		}
	}
	must(t, m.take(asked{1, 1, 4 * maxSkew}, 4*maxSkew))
	if len(m.users) != 1 || m.size != 1 {
		t.Errorf("%d requests of %d users after all is over", m.size, len(m.users))
	}
}
