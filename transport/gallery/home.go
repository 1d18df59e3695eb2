package gallery

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

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
		Latest: shelf{p}.latest, Name: name,
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
type shelf struct{ *peer.Peer }

// latest lists what a user may read, the newest first. Their numbers count from the oldest.
func (s shelf) latest(ctx context.Context, user collection.UserID, below uint64, n int) (latest []transport.Entry, err error) {
	all, err := s.readable(ctx, user)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b collection.Collection) int {
		return cmp.Or(a.Header().Created.Compare(b.Header().Created), cmp.Compare(a.Name().String(), b.Name().String()))
	})
	if below == 0 || below > uint64(len(all)) {
		below = uint64(len(all)) + 1
	}
	for number := below - 1; number > 0 && len(latest) < n; number-- {
		told, err := notify.Make(all[number-1], notify.Available, "")
		if err != nil {
			return nil, err
		}
		latest = append(latest, transport.Entry{Number: number, Notification: told})
	}
	return latest, nil
}

// readable are the collections that a user may read, without those that have ended.
func (s shelf) readable(ctx context.Context, user collection.UserID) (all []collection.Collection, err error) {
	names, err := s.Names(ctx)
	if err != nil {
		return nil, err
	}
	home := s.As(transport.Identity{User: user})
	for _, name := range names {
		state, err := home.Collection(ctx, name)
		switch {
		case errors.Is(err, transport.ErrNotFound), errors.Is(err, transport.ErrSeal), err == nil && len(state.Ends) > 0:
			continue
		case err != nil:
			return nil, err
		}
		c, err := collection.Decode(state.Collection)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}
