package peer

import (
	"context"
	"iter"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// lacking asks a library in one request for what many notifications do not tell. What it
// answers is read when the collection's turn has come, so that one is in memory at a time.
type lacking struct {
	from  library
	asked []transport.Known                     // that are still to come
	next  func() (transport.State, error, bool) // nil where too few are asked for
	stop  func()
}

// lackable are the notifications of a page behind which something may have to be asked for.
func lackable(page []transport.Entry) (all []notify.Notification) {
	for _, e := range page {
		if e.State == nil && e.Notification.Reason != notify.Removed {
			all = append(all, e.Notification)
		}
	}
	return all
}

// askLacking asks for what is lacking behind notifications. Where that is one collection it is not
// asked for here. Its stop is to be called.
func (p *Reader) askLacking(ctx context.Context, from library, behind []notify.Notification) *lacking {
	all := &lacking{from: from, stop: func() {}}
	for _, n := range behind[:min(len(behind), transport.MaxCollections)] {
		if heard, err := p.hasHeard(ctx, n); heard || err != nil {
			continue // who takes it finds out
		}
		what, edition, err := p.lackOf(ctx, n)
		if err != nil || what == nothing {
			continue
		}
		if what == whole {
			edition = collection.Digest{}
		}
		all.asked = append(all.asked, transport.Known{Author: n.Author, ID: n.Collection, Edition: edition})
	}
	if len(all.asked) > 1 {
		all.next, all.stop = iter.Pull2(from.Collections(ctx, all.asked))
	}
	return all
}

// library is the library as it is asked for a collection: what was asked for is not asked for
// again. The collections come in the order of the notifications.
func (all *lacking) library(of collection.Name) library {
	if all.next == nil || len(all.asked) == 0 || all.asked[0].Name() != of {
		return all.from
	}
	all.asked = all.asked[1:]
	s, err, ok := all.next()
	if !ok {
		return all.from
	}
	l := all.from
	l.Library = sentAlready{l.Library, s, err}
	return l
}
