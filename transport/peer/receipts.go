package peer

import (
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// receipts are for what was read at each inbox. The next request to it brings them:
// what it returns again meanwhile, after a start for example, is known by its ID. The
// zero receipts are none.
type receipts struct {
	mu  sync.Mutex
	all map[inbox][]transport.Receipt
}

// inbox is where another peer's is, or zero: the hub's.
type inbox struct {
	user [16]byte
	url  string
}

// of returns the receipts for one inbox, as many as one request takes.
func (r *receipts) of(home transport.Source) []transport.Receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all[inbox{home.User, home.URL}]
	return slices.Clone(all[:min(len(all), transport.MaxReceipts)])
}

// forget drops those that have arrived.
func (r *receipts) forget(home transport.Source, sent []transport.Receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := inbox{home.User, home.URL}
	left := slices.DeleteFunc(r.all[at], func(x transport.Receipt) bool { return slices.Contains(sent, x) })
	if len(left) == 0 {
		delete(r.all, at)
	} else {
		r.all[at] = left
	}
}

func (r *receipts) add(home transport.Source, read []transport.Receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = map[inbox][]transport.Receipt{}
	}
	at := inbox{home.User, home.URL}
	r.all[at] = append(r.all[at], read...)
}
