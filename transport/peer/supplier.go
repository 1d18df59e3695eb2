package peer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// supplier is a station that an original is fetched from.
type supplier struct {
	transport.Source
	reaching sync.Mutex          // around at
	at       transport.Originals // nil = not reached yet
	err      error               // why it is not asked any more
}

// reach reaches a station, once.
func (s *supplier) reach(ctx context.Context, p *Reader) error {
	s.reaching.Lock()
	defer s.reaching.Unlock()
	if s.at != nil {
		return nil
	}
	at, err := p.core.Peers.Reach(ctx, s.Source)
	if err == nil {
		s.at = at
	}
	return err
}

// remaining are those that may still be asked.
func remaining(all []*supplier) []*supplier {
	return slices.DeleteFunc(slices.Clone(all), func(s *supplier) bool { return s.err != nil })
}

func failures(all []*supplier) error {
	var failed []error
	for _, s := range all {
		failed = append(failed, s.err)
	}
	return errors.Join(failed...)
}

// fails notes that a station is not asked for an original any more, and remembers one that lies.
func (p *Reader) fails(s *supplier, ref transport.Ref, err error) {
	if s.err != nil {
		return
	}
	err = transport.Wrap(err)
	s.err = fmt.Errorf("%s: %w", s.URL, err)
	p.cfg.Log.Warn("source failed", "address", s.URL, "item", ref.Item, "error", err)
	if errors.Is(err, transport.ErrDigest) {
		p.known.lied(s.Source, p.cfg.Now())
	}
}

// suppliers returns the stations in the order in which they are asked: the fastest first, then
// those that are not known. Those that have lied are among them only if there are no others.
func (p *Reader) suppliers(sources []transport.Source) (all []*supplier) {
	var liars []*supplier
	now := p.cfg.Now()
	speed := map[*supplier]float64{}
	for _, source := range sources {
		s := &supplier{Source: source}
		was := p.known.of(source)
		if speed[s] = was.speed; was.isLiar(now) {
			liars = append(liars, s)
		} else {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return liars
	}
	slices.SortStableFunc(all, func(a, b *supplier) int { return cmp.Compare(speed[b], speed[a]) })
	return all
}

const (
	// distrust is for how long it counts that a station has lied.
	distrust = 24 * time.Hour
	// maxKnown is of how many stations it is known how they supplied.
	maxKnown = 1 << 10
)

// known is how stations have supplied originals since the peer runs. The zero known is
// ready; it is safe for concurrent use.
type known struct {
	mu  sync.Mutex
	all map[address]supplied
}

// address is where a user's station serves.
type address struct {
	user collection.UserID
	url  string
}

type supplied struct {
	lied  time.Time
	speed float64 // bytes a second, of one answer; 0 = not known
}

func (s supplied) isLiar(now time.Time) bool {
	return !s.lied.IsZero() && now.Sub(s.lied).Abs() < distrust
}

func (k *known) of(s transport.Source) supplied {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.all[address{s.User, s.URL}]
}

func (k *known) lied(s transport.Source, now time.Time) {
	k.change(s, func(was *supplied) { was.lied = now })
}

func (k *known) took(s transport.Source, speed float64) {
	k.change(s, func(was *supplied) { was.speed = speed })
}

// change changes what is known of a station. Of one it is forgotten where they are too many, a
// liar last.
func (k *known) change(s transport.Source, change func(*supplied)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := address{s.User, s.URL}
	was := k.all[at]
	change(&was)
	if len(k.all) >= maxKnown {
		maps.DeleteFunc(k.all, func(other address, s supplied) bool { return other != at && s.lied.IsZero() })
	}
	if k.all == nil || len(k.all) >= maxKnown {
		k.all = map[address]supplied{}
	}
	k.all[at] = was
}
