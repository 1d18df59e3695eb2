package gallery

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// OfHome is a home as a gallery shows it, to its own user and to whoever may read what it keeps:
// originals come from it, too. The root key is that of the home's hub, by which pages verify seals;
// zero = there is no hub. Name is what a user is called; nil = nobody has a name. What it
// serves below /v1 is httplink.PeerHandler with these options; where the home is served elsewhere,
// too, both have the same Who, which is httplink.BySeal.
func OfHome(p *peer.Peer, root signature.PublicKey, name func(context.Context, collection.UserID) string, o httplink.HandlerOptions) Station {
	if o.Who == nil {
		o.Who = httplink.BySeal(p, p.Key(), o.Now)
	}
	if name == nil {
		name = func(context.Context, collection.UserID) string { return "" }
	}
	return Station{
		As:     func(user collection.UserID) transport.Library { return p.As(transport.Identity{User: user}) },
		Latest: (&shelf{Peer: p}).latest, Name: name,
		Heads: func(ctx context.Context, user collection.UserID, of collection.Name) ([]collection.Name, error) {
			return p.As(transport.Identity{User: user}).(header).Heads(ctx, of)
		},
		Handler: func(who httplink.Authenticator) http.Handler {
			o := o
			o.Who = either{who, o.Who}
			return httplink.PeerHandler(p, o)
		},
		Key: p.Key(), Keys: p, Root: encoded(root), Originals: true,
	}
}

// shelf is what a home keeps, which has no list of what is new to its own user.
type shelf struct {
	*peer.Peer
	mu   sync.Mutex
	made map[collection.Name]time.Time // when each was made, which never changes: read once
}

// latest lists what a user may read, the newest first: no more is read than is listed and what the
// user may not read in between. The number of an album is when it was made, in milliseconds.
func (s *shelf) latest(ctx context.Context, user collection.UserID, below uint64, n int) (latest []transport.Entry, err error) {
	all, err := s.inOrder(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range slices.Backward(all) {
		if len(latest) == n {
			break
		}
		if below > 0 && one.number >= below {
			continue
		}
		c, ok, err := s.read(ctx, user, one.name)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		told, err := notify.Make(c, notify.Available, "")
		if err != nil {
			return nil, err
		}
		latest = append(latest, transport.Entry{Number: one.number, Notification: told})
	}
	return latest, nil
}

// numbered is a collection with the number that it has on a shelf.
type numbered struct {
	name   collection.Name
	number uint64
}

// inOrder lists all that there is, the oldest first. Of those made in the same millisecond, each has
// the number after the one before.
func (s *shelf) inOrder(ctx context.Context) ([]numbered, error) {
	names, err := s.Names(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	made := make(map[collection.Name]time.Time, len(names))
	for _, name := range names {
		at, known := s.made[name]
		if !known {
			c, ok, err := s.read(ctx, name.Author, name)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			at = c.Header().Created
		}
		made[name] = at
	}
	s.made = made
	all := make([]numbered, 0, len(made))
	for name, at := range made {
		all = append(all, numbered{name, uint64(max(at.UnixMilli(), 1))})
	}
	slices.SortFunc(all, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(a.number, b.number), bytes.Compare(a.name.ID[:], b.name.ID[:]), bytes.Compare(a.name.Author[:], b.name.Author[:]))
	})
	for i := range all[:max(len(all)-1, 0)] {
		all[i+1].number = max(all[i+1].number, all[i].number+1)
	}
	return all, nil
}

// read returns a collection, unless it has ended or the user may not read it.
func (s *shelf) read(ctx context.Context, user collection.UserID, name collection.Name) (c collection.Collection, ok bool, err error) {
	state, err := s.As(transport.Identity{User: user}).Collection(ctx, name)
	switch {
	case errors.Is(err, transport.ErrNotFound), errors.Is(err, transport.ErrSeal), err == nil && len(state.Ends) > 0:
		return c, false, nil
	case err != nil:
		return c, false, err
	}
	c, err = collection.Decode(state.Collection)
	return c, err == nil, err
}
