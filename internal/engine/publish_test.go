package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// own is a peer of a user who may complete, without a hub.
func own(user collection.UserID) Rules {
	return Rules{RequiredFromDevice: 15, RequiredFromPeer: 15, Own: transport.Source{User: user, URL: "home"}}
}

// lone is a sealed collection of three items that names no authority, as a peer
// of its author has it.
func lone(t testing.TB) State {
	h := collection.Header{ID: collection.ID{4}, Author: author, Created: time.UnixMilli(1), Title: "title"}
	c, err := collection.New(h, collection.Body{Items: items(3), Recipients: []collection.UserID{reader}, Completers: []collection.UserID{completer}})
	check(t, err)
	c, err = c.Sign(t.Context(), seals("author"), time.Unix(1, 0))
	check(t, err)
	s, effects := run(t, own(author), State{}, Updated{Collection: c})
	if len(effects) > 0 {
		t.Fatalf("what was only made is told: %v", effects)
	}
	return s
}

func published(user collection.UserID, places ...int) Published {
	return Published{transport.Source{User: user, URL: "home", Items: transport.BitsOf(places...)}}
}

func TestRule8WithoutAuthority(t *testing.T) {
	s, effects := run(t, own(author), lone(t), published(author))
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Shared || n.Labelled != 3 {
		t.Errorf("told %+v", n)
	}
	s, effects = run(t, own(author), s, published(author, 0, 2))
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available || n.Labelled != 1 {
		t.Errorf("told %+v", n)
	}
	for u := range s.Collection.Updates() {
		if u.Issuer() != author {
			t.Errorf("vouched for by %v", u.Issuer())
		}
	}
	s, effects = run(t, own(author), s, published(author, 0, 2))
	none[Notify](t, effects)
	s, effects = run(t, own(author), s, published(author, 1))
	if n := effect[Notify](t, effects).Notification; n.Labelled != 0 || s.News != 3 {
		t.Errorf("told %+v", n)
	}
}

// A peer vouches for what it serves itself, and not for what others say.
func TestRule8OthersSources(t *testing.T) {
	other := transport.Source{User: author, URL: "elsewhere", Items: transport.AllBits(3)}
	s, effects := run(t, own(author), lone(t), Announced{other})
	if s.Collection.Labelled() != 3 {
		t.Errorf("%d labels", s.Collection.Labelled())
	}
	none[Notify](t, effects)
	for user, rules := range map[collection.UserID]Rules{reader: own(reader), stranger: own(stranger)} {
		if _, _, err := rules.Step(lone(t), published(user, 0)); !errors.Is(err, transport.ErrForbidden) {
			t.Errorf("one who was not named: %v", err)
		}
	}
	if _, _, err := own(author).Step(State{Collection: draft(t, 3)}, published(author, 0)); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("a draft: %v", err)
	}
}

// A collection that names an authority is left to it, although the peer tells.
func TestRule8WithAuthority(t *testing.T) {
	s, effects := run(t, own(author), State{}, Updated{Collection: sealedDraft(t, 3)}, published(author, 0, 1, 2))
	if n := effect[Notify](t, effects).Notification; n.Labelled != 3 || s.Collection.Labelled() != 3 {
		t.Errorf("told %+v", n)
	}
}

// A completer's word is never the first.
func TestRule8Completer(t *testing.T) {
	_, effects := run(t, own(completer), lone(t), published(completer, 0, 1, 2))
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available || n.Labelled != 0 {
		t.Errorf("told %+v", n)
	}
	_, effects = run(t, own(completer), lone(t), published(completer))
	none[Notify](t, effects)
}

// What the sender tells the hub does not, and what comes later is not the first
// word.
func TestRule7SenderNotifies(t *testing.T) {
	share := fromDevice(sealedDraft(t, 3), true)
	share.Share.Notifies = true
	s, effects := run(t, rules, State{}, share, Stored{Versions: sets(transport.AllBits(3))})
	none[Notify](t, effects)
	if !effect[Reply](t, effects).Answer.Notify {
		t.Error("the answer leaves it to nobody")
	}
	share.Share.Notifies, share.Held = false, sets(transport.AllBits(3))
	s, effects = run(t, rules, s, share)
	none[Notify](t, effects)
	_, effects = run(t, rules, s, Announced{source(0, 1, 2)})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available {
		t.Errorf("told %+v", n)
	}
}

func TestRule7Editions(t *testing.T) {
	s := told(t)
	edit := func(change func(h *collection.Header, items []collection.Item)) []Effect {
		c, err := s.Collection.Edit(change)
		check(t, err)
		c, err = c.Sign(t.Context(), seals("author"), time.Unix(4, 0))
		check(t, err)
		before := s.Collection.Labelled()
		var effects []Effect
		s, effects = run(t, rules, s, Updated{Collection: c})
		if s.Edited || s.Collection.Labelled() != before {
			t.Errorf("%+v", s)
		}
		return effects
	}
	for what, change := range map[string]func(*collection.Header, []collection.Item){
		"title":    func(h *collection.Header, _ []collection.Item) { h.Title = "other" },
		"caption":  func(_ *collection.Header, items []collection.Item) { items[2].Caption = "cake" },
		"metadata": func(h *collection.Header, _ []collection.Item) { h.Metadata = map[string]string{"place": "park"} },
	} {
		if n := effect[Notify](t, edit(change)).Notification; n.Reason != notify.Edited {
			t.Errorf("%s: told %+v", what, n)
		}
	}
	none[Notify](t, edit(func(h *collection.Header, _ []collection.Item) { h.Hints.PerPage = 4 }))
}

// What is still to be told outlives the station.
func TestPublishedStateIsStored(t *testing.T) {
	s, _ := run(t, own(author), lone(t), published(author, 0))
	s.Edited = true
	again := stored(t, s)
	if !again.Notifies || !again.Edited || again.News != s.News {
		t.Errorf("%+v", again)
	}
}

// BenchmarkEdited is another edition with another title, the dearest comparison
// being that of captions.
func BenchmarkEdited(b *testing.B) {
	c := sealedDraft(b, big)
	s, _ := run(b, rules, State{}, fromDevice(c, true), Stored{Versions: sets(transport.AllBits(big))})
	edited, err := s.Collection.Edit(func(_ *collection.Header, items []collection.Item) { items[big-1].Caption = "last" })
	check(b, err)
	for b.Loop() {
		_, _, err := rules.Step(s, Updated{Collection: edited})
		check(b, err)
	}
}
