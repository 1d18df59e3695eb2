package peer

import (
	"maps"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// newFor is how long an answer counts as the latest.
const newFor = time.Minute

// recent remembers when the network last told what it knows of a collection, so
// that it is not asked once for each of many items. The zero recent is ready; it
// is safe for concurrent use.
type recent struct {
	mu  sync.Mutex
	all map[collection.Name]answer
}

type answer struct {
	at time.Time
	// item is for whose sake it was asked, if its sources had failed; zero = there
	// was news.
	item collection.ItemID
}

func (r *recent) note(name collection.Name, item collection.ItemID, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.all, func(_ collection.Name, a answer) bool { return !a.isNew(now) })
	if r.all == nil {
		r.all = map[collection.Name]answer{}
	}
	r.all[name] = answer{now, item}
}

func (a answer) isNew(now time.Time) bool { return now.Sub(a.at).Abs() < newFor }

// heard reports whether the network has just told of a collection.
func (r *recent) heard(name collection.Name, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, ok := r.all[name]
	return ok && a.isNew(now)
}

// searched reports whether others who serve a collection have just been asked
// for, for the sake of another of its items, and nothing was heard since.
func (r *recent) searched(ref transport.Ref, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, ok := r.all[ref.Collection]
	return ok && a.isNew(now) && !a.item.IsZero() && a.item != ref.Item
}
