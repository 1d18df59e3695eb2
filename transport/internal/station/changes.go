package station

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// What goes in one answer, so that nobody can make it too large for its reader: so many
// entries, and after so many bytes of what goes with them no more of that. Who lacks it asks
// for all of it in one request.
const (
	maxEntries = transport.MaxCollections
	maxAnswer  = 4 << 20
	maxState   = 64 << 10 // of the collection that goes with an entry
	maxCovers  = 64       // who hears of more at once asks for the others
)

// Feed returns what a user's feed has after a cursor, at once if there is any, else after
// the next wake-up, or nothing when the time is over or the station is closing. If that is
// asked for, the smallest versions of what is new follow as Pull streams them, for as long
// as ctx.
func (k *Server) Feed(ctx context.Context, to collection.UserID, asked transport.ChangesRequest, keys Statements, wait time.Duration, closing <-chan struct{}) (transport.Changes, error) {
	over := time.After(wait)
	news, stop, err := Await(ctx, k.core.Bus, to) // before looking, so that nothing falls between
	if err == nil {
		defer stop()
	} else if news = nil; ctx.Err() != nil {
		return transport.Changes{}, ctx.Err()
	}
	for {
		page, err := k.page(ctx, to, asked.After, keys)
		if err != nil || len(page.Entries) > 0 {
			if name, any := page.New(); any && asked.Versions {
				page.Versions = k.follow(ctx, to, name, wait, closing)
			}
			return page, err
		}
		if page.Next.Number > asked.After.Number && page.Next.Feed == asked.After.Feed {
			asked.After = page.Next // behind what could not be read
			continue
		}
		select { // what came meanwhile counts, also when the time is over
		case <-news:
			continue
		default:
		}
		select {
		case <-news:
		case <-over:
			return page, nil
		case <-closing:
			return page, nil
		case <-ctx.Done():
			return transport.Changes{}, ctx.Err()
		}
	}
}

// follow opens the stream of the smallest versions of a collection, if any are here or
// awaited. The news does not wait for what is wrong with them: who asks for them hears it.
func (k *Server) follow(ctx context.Context, to collection.UserID, name collection.Name, wait time.Duration, closing <-chan struct{}) io.ReadCloser {
	p, err := k.pull(ctx, to, name, 0, nil, wait, closing)
	if err != nil {
		return nil
	}
	if len(p.due) == 0 && !p.more {
		p.Close()
		return nil
	}
	return p
}

// page returns what a user's feed has after a cursor, as much as goes in one answer, and
// where the next one begins. What is damaged keeps nothing else back.
func (k *Server) page(ctx context.Context, to collection.UserID, after transport.Cursor, keys Statements) (transport.Changes, error) {
	after, err := k.from(ctx, to, after)
	if err != nil {
		return transport.Changes{}, err
	}
	listed, err := k.listed(ctx, to, after.Number, maxEntries)
	if err != nil {
		return transport.Changes{}, err
	}
	page, size := transport.Changes{Next: after}, 0
	for some := range slices.Chunk(listed, maxKeys) {
		in := record.Reading(k.core.Store)
		if err := in.Fetch(ctx, entryKeys(to, some)...); err != nil {
			return transport.Changes{}, err
		}
		for _, at := range some {
			page.Next.Number = at.number
			room := size < maxAnswer
			e, there, err := k.entryAt(ctx, in, to, at, after.Number, keys, room && len(page.Entries) < maxCovers, room)
			if err != nil {
				return transport.Changes{}, err
			}
			if there {
				page.Entries = append(page.Entries, e)
				size += len(e.Notification.Cover) + sizeOf(e.State)
			}
		}
	}
	return page, nil
}

// from is where somebody goes on who has read up to a cursor: at the beginning of the feed
// if that is another, or has not come as far. Then it was restored from a backup: it is another
// one from now on, since its numbers are given a second time.
func (k *Server) from(ctx context.Context, to collection.UserID, after transport.Cursor) (transport.Cursor, error) {
	key := feedRecord.Key(to)
	head, r, err := record.Load[feedHead](ctx, k.core.Store, key)
	damaged := record.Damaged(err, key)
	switch {
	case err != nil && !damaged:
		return after, err
	case !damaged && (r.Version == 0 || after.Feed != head.ID):
		return transport.Cursor{Feed: head.ID}, nil
	case !damaged && after.Number <= head.Last:
		return after, nil
	}
	_, err = record.Update(ctx, k.core.Store, func(tx *record.Tx) (err error) {
		if head, err = k.core.headOf(ctx, tx, to); err != nil {
			return err
		}
		if head.ID == after.Feed {
			head.ID = transport.FeedID{}
		}
		return k.core.storeHead(tx, to, head)
	})
	if err != nil {
		return after, err
	}
	return k.from(ctx, to, transport.Cursor{})
}

// listedEntry is the name of a collection in a feed, and the number of its entry.
type listedEntry struct {
	name   collection.Name
	number uint64
}

// entryKeys are the records of entries, and of what decides who is refused.
func entryKeys(to collection.UserID, listed []listedEntry) []string {
	keys := make([]string, 0, 2*len(listed))
	for _, at := range listed {
		keys = append(keys, entryRecord.Key(to, at.name), lineageRecord.Key(at.name.Author))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// listed lists the entries of a feed after a number, at most so many.
func (k *Server) listed(ctx context.Context, to collection.UserID, after uint64, most int) ([]listedEntry, error) {
	var all []listedEntry
	for r, err := range record.Walk(ctx, k.core.Store, feedRecord.Under(to), numbered(to, after), most) {
		var name collection.Name
		if err == nil {
			name, err = readNameValue(r)
		}
		n, ok := numberIn(r.Key)
		if record.Damaged(err, r.Key) || err == nil && !ok {
			k.core.Failed(transport.At(transport.ErrStorage, r.Key))
			name, err = collection.Name{}, nil // of which there is no entry: what follows is read all the same
		}
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, listedEntry{name, n})
		}
	}
	return all, nil
}

// entryAt returns the entry that is listed under a number, for one who has read up to
// another; nothing if something newer has taken its place, or if it is damaged.
func (k *Server) entryAt(ctx context.Context, in *record.Tx, to collection.UserID, at listedEntry, after uint64, keys Statements, cover, state bool) (out transport.Entry, there bool, err error) {
	key := entryRecord.Key(to, at.name)
	e, _, err := record.Load[entry](ctx, in, key)
	if record.Damaged(err, key) {
		k.core.Failed(err)
		return out, false, nil
	}
	if err != nil || e.Number != at.number {
		return out, false, err
	}
	out = transport.Entry{Number: e.Number, Notification: e.Notification}
	n := &out.Notification
	if n.Reason == notify.Removed {
		return out, true, nil
	}
	refused, err := k.core.isRefused(ctx, in, to, at.name)
	if err != nil {
		return out, false, err
	}
	if refused { // a job has still to note it
		*n = removed(at.name, to)
		return out, true, nil
	}
	if e.First > after && n.Reason != notify.Resolved && n.Reason != notify.Ended {
		n.Reason = notify.Shared
		if cover { // the news does not wait for more
			n.Cover, _ = k.Cover(ctx, at.name)
		}
	}
	if state && e.Edited > after {
		out.State = k.small(ctx, to, at.name, keys)
	}
	return out, true, nil
}

// sizeOf is how long a state is, about.
func sizeOf(s *transport.State) int {
	if s == nil {
		return 0
	}
	n := len(s.Collection)
	for _, source := range s.Sources {
		n += len(source.URL) + len(source.Items)
	}
	for _, key := range s.Keys {
		n += len(key)
	}
	return n
}

// small is Whole of a collection that is small, with what is told beside it; nil of
// others.
func (k *Server) small(ctx context.Context, to collection.UserID, name collection.Name, keys Statements) *transport.State {
	s, err := k.Whole(ctx, to, name, keys)
	if err != nil || len(s.Ends) > 0 || sizeOf(&s) > maxState {
		return nil
	}
	return &s
}
