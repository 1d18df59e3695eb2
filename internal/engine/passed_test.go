package engine

import (
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// TestRule21PassedOn: a reader's station tells the recipients of what it has met, and of what is
// new of it, once each, and says nothing itself.
func TestRule21PassedOn(t *testing.T) {
	c := lone(t).Collection
	s, effects := run(t, own(reader), State{}, Updated{Collection: c})
	if n := effect[Notify](t, effects); n.Notification.Reason != notify.Shared || !slices.Equal(n.To, []collection.UserID{reader}) {
		t.Errorf("told %+v", n)
	}
	u, err := c.CompleteAll(author)
	check(t, err)
	u, err = u.Sign(t.Context(), seals("author"), time.Unix(1, 0))
	check(t, err)
	complete, _, err := c.Apply(u)
	check(t, err)
	s, effects = run(t, own(reader), s, Updated{Collection: complete})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available || n.Labelled != 0 {
		t.Errorf("told %+v", n)
	}
	for _, again := range []collection.Collection{complete, c} {
		s, effects = run(t, own(reader), s, Updated{Collection: again})
		none[Notify](t, effects)
	}
	if n := len(slices.Collect(s.Collection.Updates())); n != 1 {
		t.Errorf("%d updates", n)
	}
}

// TestRule21NotPassedOn: nobody tells who is not reached, whose user is the author, whose
// collection an authority validates, or that has too many recipients.
func TestRule21NotPassedOn(t *testing.T) {
	of := func(authority collection.KeyID, recipients int) collection.Collection {
		b := collection.Body{Items: items(1)}
		for i := range recipients {
			b.Recipients = append(b.Recipients, collection.UserID{200, byte(i), byte(i >> 8)})
		}
		c, err := collection.New(collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1)}, b)
		check(t, err)
		c, err = c.Sign(t.Context(), seals("author"), time.Unix(1, 0))
		check(t, err)
		return c
	}
	away := Rules{Own: transport.Source{User: reader}}
	for what, k := range map[string]struct {
		rules Rules
		c     collection.Collection
		tells bool
	}{
		"passed on":           {own(reader), of(collection.KeyID{}, maxPassedOn), true},
		"too many recipients": {own(reader), of(collection.KeyID{}, maxPassedOn+1), false},
		"an authority":        {own(reader), of(collection.KeyID{1}, 1), false},
		"the author":          {own(author), of(collection.KeyID{}, 1), false},
		"not reached":         {away, of(collection.KeyID{}, 1), false},
	} {
		s, effects := run(t, k.rules, State{}, Updated{Collection: k.c})
		if k.tells {
			effect[Notify](t, effects)
		} else {
			none[Notify](t, effects)
		}
		if s.Notifies != k.tells {
			t.Errorf("%s: tells %v", what, s.Notifies)
		}
	}
}
