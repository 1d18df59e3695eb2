package hub

import (
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// How many claims are remembered, and how long the author's word in one is, in bytes.
const (
	maxClaims = 1 << 12
	maxWord   = 4 << 10
)

// claims are what peers have said in their shares that they serve, until all that was
// asked of them is here: then it counts as announced, and they need not do it. What
// is forgotten is announced by its peer, and so is what another station of the user has
// claimed since: an upload does not say which of them it is from. The zero claims
// are none.
type claims struct {
	mu  sync.Mutex
	all map[claimant]transport.Announcement
}

type claimant struct {
	user collection.UserID
	of   collection.Name
}

// note remembers the latest word of a user on a collection: it may be that nothing is
// served any more, or not yet.
func (c *claims) note(user collection.UserID, name collection.Name, share transport.Share) {
	c.mu.Lock()
	defer c.mu.Unlock()
	who := claimant{user, name}
	if delete(c.all, who); share.URL == "" || len(share.Serves) == 0 {
		return
	}
	if c.all == nil || len(c.all) >= maxClaims {
		c.all = map[claimant]transport.Announcement{}
	}
	a := transport.Announcement{Author: name.Author, ID: name.ID, Items: share.Serves[len(share.Serves)-1], URL: share.URL, Endpoint: share.Endpoint}
	if len(share.Word) <= maxWord { // else it is checked first
		a.Word = share.Word
	}
	c.all[who] = a
}

// take returns the claim of a user, and forgets it.
func (c *claims) take(user collection.UserID, name collection.Name) (transport.Announcement, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	who := claimant{user, name}
	a, ok := c.all[who]
	delete(c.all, who)
	return a, ok && !a.Items.IsEmpty()
}

// announceClaim takes what the user has claimed as announced, if nothing is asked of
// the user any more.
func (s session) announceClaim(ctx context.Context, r station.Result) station.Result {
	if r.Answer.Next != transport.Done {
		return r
	}
	a, ok := s.hub.claims.take(s.user, r.State.Collection.Name())
	if !ok {
		return r
	}
	a.Items = station.NotWithdrawn(r.State.Collection, a.Items) // its peer need not know yet
	r.Answer.Announced = a.URL
	announced, err := s.announceIn(ctx, r.State, a)
	if err != nil {
		r.Answer.Refused = transport.NewFault(err)
		return r
	}
	r.State, r.Answer.Updates = announced.State, announced.Answer.Updates
	return r
}
