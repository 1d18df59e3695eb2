package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/google/go-cmp/cmp"
)

// seals makes seals that are none: the engine sees verified collections only.
type seals string

func (s seals) Sign(context.Context, string, []byte) ([]byte, error) { return []byte(s), nil }

func (s seals) ID() [32]byte { return [32]byte{} }

var (
	author    = collection.UserID{1}
	completer = collection.UserID{2}
	reader    = collection.UserID{3}
	stranger  = collection.UserID{9}
	authority = collection.KeyID{7}
	rules     = Rules{Authority: authority, RequiredFromDevice: 1, RequiredFromPeer: 2, Notifies: true, Link: "link"}
)

func items(n int) []collection.Item {
	items := make([]collection.Item, n)
	for i := range items {
		d := func(v byte) collection.Digest { return digest.Sum([]byte{byte(i), byte(i >> 8), v}) }
		items[i] = collection.Item{ID: collection.ItemID{byte(i), byte(i >> 8), 1}, Digests: []collection.Digest{d(0), d(1), d(2)}}
	}
	return items
}

// draft is a collection of n items without a seal, sealed one with the author's.
func draft(t testing.TB, n int) collection.Collection {
	c, err := collection.New(
		collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1), Title: "title"},
		collection.Body{Items: items(n), Recipients: []collection.UserID{reader, author}, Completers: []collection.UserID{completer}})
	check(t, err)
	return c
}

func sealedDraft(t testing.TB, n int) collection.Collection {
	c, err := draft(t, n).Sign(t.Context(), seals("author"), time.Unix(1, 0))
	check(t, err)
	return c
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// run steps events as a shell does, seals included, and returns the effects that
// are left.
func run(t testing.TB, r Rules, s State, events ...Event) (State, []Effect) {
	t.Helper()
	var all []Effect
	for len(events) > 0 {
		next, effects, err := r.Step(s, events[0])
		check(t, err)
		s, events = next, events[1:]
		for _, e := range effects {
			switch e := e.(type) {
			case Reseal:
				c, err := e.Collection.Sign(t.Context(), seals("author"), time.Unix(2, 0))
				check(t, err)
				events = append([]Event{Updated{Collection: c}}, events...)
			case CoSign:
				c, err := s.Collection.CoSign(t.Context(), seals("authority"), time.Unix(2, 0))
				check(t, err)
				events = append([]Event{Updated{Collection: c}}, events...)
			case Validate:
				u, err := e.Update.Sign(t.Context(), seals("authority"), time.Unix(3, 0))
				check(t, err)
				c, _, err := s.Collection.Apply(u)
				check(t, err)
				events = append([]Event{Updated{Collection: c}}, events...)
			default:
				all = append(all, e)
			}
		}
	}
	return s, all
}

// effect returns the only effect of a type.
func effect[E Effect](t testing.TB, effects []Effect) E {
	t.Helper()
	var found []E
	for _, e := range effects {
		if e, ok := e.(E); ok {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d effects of %T among %v", len(found), *new(E), effects)
	}
	return found[0]
}

func none[E Effect](t testing.TB, effects []Effect) {
	t.Helper()
	for _, e := range effects {
		if _, ok := e.(E); ok {
			t.Fatalf("unexpected %+v", e)
		}
	}
}

func sets(b ...transport.Bits) []transport.Bits { return b }

// fromDevice is a share of n items, all of whose versions can be uploaded.
func fromDevice(c collection.Collection, sealed bool) Shared {
	all := transport.AllBits(c.Len())
	return Shared{By: author, Collection: c, Sealed: sealed, Share: transport.Share{Offers: sets(all, all, all)}}
}

// told is a state of a collection of three items whose thumbnails are here.
func told(t testing.TB) State {
	s, _ := run(t, rules, State{}, fromDevice(sealedDraft(t, 3), true), Stored{Versions: sets(transport.AllBits(3))})
	return s
}

func source(places ...int) transport.Source {
	return transport.Source{User: author, URL: "home", Items: transport.BitsOf(places...)}
}

func TestRule1WhoMayShare(t *testing.T) {
	other, err := collection.New(
		collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1)},
		collection.Body{Items: items(2), Recipients: []collection.UserID{stranger}})
	check(t, err)
	for name, c := range map[string]struct {
		state State
		by    collection.UserID
		c     collection.Collection
		seal  bool
		want  error
	}{
		"stranger":             {State{}, stranger, sealedDraft(t, 3), true, transport.ErrForbidden},
		"recipient":            {State{}, reader, sealedDraft(t, 3), true, transport.ErrForbidden},
		"completer's draft":    {State{}, completer, draft(t, 3), false, transport.ErrSeal},
		"completer":            {State{}, completer, sealedDraft(t, 3), true, nil},
		"author's draft":       {State{}, author, draft(t, 3), false, nil},
		"known":                {told(t), author, sealedDraft(t, 3), true, nil},
		"known, other fixed":   {told(t), author, other, true, collection.ErrDiffers},
		"known, another draft": {told(t), author, other, false, collection.ErrDiffers},
	} {
		_, effects, err := rules.Step(c.state, Shared{By: c.by, Collection: c.c, Sealed: c.seal})
		if !errors.Is(err, c.want) || err != nil && effects != nil {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestRule2WhatIsMissing(t *testing.T) {
	all, first := transport.AllBits(3), transport.BitsOf(0)
	for name, c := range map[string]struct {
		from         transport.Role
		offers, held []transport.Bits
		want         []transport.Bits
	}{
		"device is asked for thumbnails": {transport.Device, sets(all, all, all), nil, sets(all)},
		"peer for screens as well":       {transport.Peer, sets(all, all, all), nil, sets(all, all)},
		"only what it can upload":        {transport.Device, sets(first), nil, sets(first)},
		"not what is held":               {transport.Device, sets(all), sets(first), sets(transport.BitsOf(1, 2))},
		"nothing":                        {transport.Device, sets(all), sets(all), sets()},
		"a gap in the ladder":            {transport.Peer, sets(nil, first), sets(all), sets(nil, first)},
	} {
		e := Shared{By: author, Collection: sealedDraft(t, 3), Sealed: true, Held: c.held,
			Share: transport.Share{From: c.from, Offers: c.offers}}
		_, effects := run(t, rules, State{}, e)
		a := effect[Reply](t, effects).Answer
		if !sameSets(a.Missing, c.want) || (a.Next == transport.Done) != (len(c.want) == 0) {
			t.Errorf("%s: asked for %v, then %v; want %v", name, a.Missing, a.Next, c.want)
		}
	}
}

func sameSets(a, b []transport.Bits) bool {
	for v := range max(len(a), len(b)) {
		if string(column(a, v).Trim()) != string(column(b, v).Trim()) {
			return false
		}
	}
	return true
}

func TestRule2SetsBeyondTheItems(t *testing.T) {
	e := fromDevice(sealedDraft(t, 3), true)
	e.Share.Serves = sets(transport.BitsOf(3))
	if _, _, err := rules.Step(State{}, e); !errors.Is(err, transport.ErrMalformed) {
		t.Errorf("got %v", err)
	}
}

func TestRule3NobodyIsToldTooEarly(t *testing.T) {
	s, effects := run(t, rules, State{}, fromDevice(draft(t, 2), false))
	none[Notify](t, effects)
	if a := effect[Reply](t, effects).Answer; a.Next != transport.Upload {
		t.Errorf("next %v", a.Next)
	}
	s, effects = run(t, rules, s, Stored{Versions: sets(transport.BitsOf(0))})
	none[Notify](t, effects)
	s, effects = run(t, rules, s, Stored{Versions: sets(transport.BitsOf(1))})
	none[Notify](t, effects)
	if s.Answer().Next != transport.Seal {
		t.Errorf("next %v", s.Answer().Next)
	}
	s, effects = run(t, rules, s, Sealed{sealedDraft(t, 2)})
	tell := effect[Notify](t, effects)
	if len(tell.To) != 1 || tell.To[0] != reader || tell.Notification.Reason != notify.Shared || tell.Notification.Labelled != 2 {
		t.Errorf("told %+v", tell)
	}
	if s.Answer().Next != transport.Done || len(s.Collection.Header().AuthoritySeal) == 0 {
		t.Errorf("next %v, authority's seal %q", s.Answer().Next, s.Collection.Header().AuthoritySeal)
	}
}

func TestRule2AskedOfAnother(t *testing.T) {
	c := sealedDraft(t, 2)
	s, _ := run(t, rules, State{}, fromDevice(c, true))
	_, effects := run(t, rules, s, Shared{By: author, Collection: c, Sealed: true, Share: transport.Share{From: transport.Peer}})
	if a := effect[Reply](t, effects).Answer; a.Next != transport.Done {
		t.Errorf("a peer that can upload nothing is asked to %v", a.Next)
	}
}

// TestRule3ToldWithTheSeal: the recipients hear of a collection with its author's seal,
// while all of it is still to come, and what comes then is no news.
func TestRule3ToldWithTheSeal(t *testing.T) {
	s, effects := run(t, rules, State{}, fromDevice(sealedDraft(t, 2), true))
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Shared || n.Labelled != 2 {
		t.Errorf("told %+v", n)
	}
	_, effects = run(t, rules, s, Stored{Versions: sets(transport.BitsOf(0)), More: true}, Stored{Versions: sets(transport.BitsOf(1))})
	none[Notify](t, effects)

	unsealed, effects := run(t, rules, State{}, fromDevice(draft(t, 2), false), Stored{Versions: sets(transport.AllBits(2))})
	none[Notify](t, effects)
	_, effects = run(t, rules, unsealed, Sealed{sealedDraft(t, 2)})
	effect[Notify](t, effects)
}

// TestRule4LabelsWaitForMore: while the required versions are coming in, one after the
// other, labels go for many at once, and the recipients hear of these together.
func TestRule4LabelsWaitForMore(t *testing.T) {
	all := transport.AllBits(3)
	share := fromPeer(t, sets(nil, nil, all), sets(all, all))
	s, _ := run(t, rules, State{}, share, Announced{source(0, 1, 2)})
	s, effects := run(t, rules, s, Stored{Versions: sets(all, transport.BitsOf(0)), More: true}, Stored{Versions: sets(nil, transport.BitsOf(1)), More: true})
	none[Notify](t, effects)
	if n := s.Collection.Labelled(); n != 3 {
		t.Errorf("%d labels, and more is coming", n)
	}
	_, effects = run(t, rules, s, Stored{Versions: sets(nil, transport.BitsOf(2))})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available || n.Labelled != 0 {
		t.Errorf("told %+v", n)
	}
}

func TestRule3AnotherEditionsSeal(t *testing.T) {
	s, _ := run(t, rules, State{}, fromDevice(draft(t, 2), false))
	c, err := sealedDraft(t, 2).Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "other" })
	check(t, err)
	if _, _, err := rules.Step(s, Sealed{c}); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("got %v", err)
	}
}

func TestRule4WhenALabelGoes(t *testing.T) {
	s := told(t)
	next, effects := run(t, rules, s, Announced{source(0, 2)})
	if n := next.Collection.Labelled(); n != 1 || next.Complete().Has(1) {
		t.Errorf("%d labels, complete %v", n, next.Complete())
	}
	if tell := effect[Notify](t, effects); tell.Notification.Reason != notify.Available || len(tell.Notification.Updates) != 1 || tell.Seq != 2 {
		t.Errorf("told %+v", tell)
	}
	effect[Spread](t, effects)
	next, _ = run(t, rules, next, Announced{source(1)})
	if !next.Collection.Settled() || next.Collection.Labelled() != 0 {
		t.Error("labels left")
	}
}

func TestRule4WhoMayAnnounce(t *testing.T) {
	unsealed, _ := run(t, rules, State{}, fromDevice(draft(t, 3), false))
	withdrawn := told(t)
	id, _ := withdrawn.Collection.At(1)
	u, err := withdrawn.Collection.Withdraw(id)
	check(t, err)
	c, _, err := withdrawn.Collection.Apply(u)
	check(t, err)
	withdrawn, _ = run(t, rules, withdrawn, Updated{Collection: c})
	by := func(u collection.UserID, places ...int) transport.Source {
		return transport.Source{User: u, URL: "x", Items: transport.BitsOf(places...)}
	}
	for name, c := range map[string]struct {
		state  State
		source transport.Source
		want   error
	}{
		"nothing is known":     {State{}, by(author, 0), transport.ErrNotFound},
		"before the seal":      {unsealed, by(author, 0), transport.ErrSeal},
		"by a recipient":       {told(t), by(reader, 0), transport.ErrForbidden},
		"by a stranger":        {told(t), by(stranger, 0), transport.ErrForbidden},
		"by a completer":       {told(t), by(completer, 0), nil},
		"an item that is not":  {told(t), by(author, 3), transport.ErrMalformed},
		"a withdrawn item":     {withdrawn, by(author, 1), transport.ErrWithdrawn},
		"beside the withdrawn": {withdrawn, by(author, 0), nil},
	} {
		if _, _, err := rules.Step(c.state, Announced{c.source}); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestRule4RequiredVersionsFirst(t *testing.T) {
	all := transport.AllBits(3)
	share := Shared{By: author, Collection: sealedDraft(t, 3), Sealed: true, Held: sets(all),
		Share: transport.Share{From: transport.Peer, Offers: sets(all, all)}}
	s, _ := run(t, rules, told(t), share, Stored{Versions: sets(nil, transport.BitsOf(0))}, Announced{source(0, 1, 2)})
	if done := s.Complete(); done.Len() != 1 || !done.Has(0) {
		t.Errorf("complete %v before the screens are there", done)
	}
	s, _ = run(t, rules, s, Stored{Versions: sets(nil, transport.BitsOf(1, 2))})
	if s.Collection.Labelled() != 0 {
		t.Error("labels left")
	}
}

func TestRule4DigestNotSealed(t *testing.T) {
	list := items(2)
	list[1].Digests = list[1].Digests[:1]
	c, err := collection.New(
		collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1)},
		collection.Body{Items: list, Recipients: []collection.UserID{reader}})
	check(t, err)
	c, err = c.Sign(t.Context(), seals("author"), time.Unix(1, 0))
	check(t, err)
	s, _ := run(t, rules, State{}, Shared{By: author, Collection: c, Sealed: true}, Announced{source(0, 1)})
	if done := s.Complete(); done.Len() != 1 || !done.Has(0) {
		t.Errorf("complete: %v", done)
	}
}

func TestRule4AnotherAuthority(t *testing.T) {
	other := rules
	other.Authority = collection.KeyID{8}
	s, effects := run(t, other, State{}, fromDevice(sealedDraft(t, 3), true), Stored{Versions: sets(transport.AllBits(3))}, Announced{source(0, 1, 2)})
	if s.Collection.Labelled() != 3 || len(s.Collection.Header().AuthoritySeal) > 0 {
		t.Error("a hub has validated a collection that names another one")
	}
	effect[Notify](t, effects)
}

func TestRule5CompleteElsewhere(t *testing.T) {
	e := fromDevice(sealedDraft(t, 3), true)
	e.Complete, e.Sources = transport.BitsOf(1), []transport.Source{source(0, 1)}
	s, effects := run(t, rules, State{}, e)
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Shared || n.Labelled != 3 {
		t.Errorf("told %+v", n)
	}
	s, effects = run(t, rules, s, Stored{Versions: sets(transport.AllBits(3))})
	if done := s.Complete(); done.Len() != 1 || !done.Has(1) {
		t.Errorf("complete: %v", done)
	}
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available || n.Labelled != 2 {
		t.Errorf("told %+v", n)
	}
}

func TestRule6WithdrawnStaysWithdrawn(t *testing.T) {
	s, _ := run(t, rules, told(t), Announced{source(0)})
	id, _ := s.Collection.At(1)
	u, err := s.Collection.Withdraw(id)
	check(t, err)
	c, _, err := s.Collection.Apply(u)
	check(t, err)
	s, effects := run(t, rules, s, Updated{Collection: c}, Announced{source(2)})
	if _, rank := s.Collection.At(1); !rank.Withdrawn() || !s.Collection.Settled() {
		t.Errorf("rank %v", rank)
	}
	if s.News != 4 {
		t.Errorf("%d notifications: %v", s.News, effects)
	}
}

func TestTakenBackIsNotServed(t *testing.T) {
	s, _ := run(t, rules, told(t), Announced{source(0, 1, 2)})
	id, _ := s.Collection.At(1)
	u, err := s.Collection.TakeBack(author, id)
	check(t, err)
	c, _, err := s.Collection.Apply(u)
	check(t, err)
	s, effects := run(t, rules, s, Updated{Collection: c})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Lost || n.Labelled != 1 {
		t.Errorf("told %+v", n)
	}
	if s.served().Has(1) || !s.served().Has(0) {
		t.Errorf("served %v", s.served())
	}
	s, effects = run(t, rules, s, Announced{source(1)})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available || s.Collection.Labelled() != 0 {
		t.Errorf("told %+v", n)
	}
}

func TestRule7OncePerChange(t *testing.T) {
	s, _ := run(t, rules, told(t), Announced{source(0)})
	again, effects := run(t, rules, s, Announced{source(0)}, Updated{Collection: s.Collection}, Stored{Versions: nil})
	none[Notify](t, effects)
	if again.News != s.News {
		t.Error("told again of nothing new")
	}
}

func TestRule7NewsOfAPeersShare(t *testing.T) {
	all := transport.AllBits(3)
	share := Shared{By: author, Collection: sealedDraft(t, 3), Sealed: true, Share: transport.Share{
		From: transport.Peer, Offers: sets(all, all), Serves: sets(nil, nil, all), URL: "home"}}
	s, effects := run(t, rules, State{}, share)
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Shared || n.Labelled != 3 {
		t.Errorf("told %+v", n)
	}
	s, effects = run(t, rules, s, Stored{Versions: sets(all, all)})
	none[Notify](t, effects)
	_, effects = run(t, rules, s, Announced{source(0, 1, 2)})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available || n.Labelled != 0 {
		t.Errorf("told %+v", n)
	}
}

func TestMay(t *testing.T) {
	for user, want := range map[collection.UserID]bool{
		author: true, completer: true, reader: true, stranger: false, {}: false,
	} {
		if May(told(t), user) != want {
			t.Errorf("%v: %v", user, !want)
		}
	}
	if May(State{}, author) {
		t.Error("what is not known may be read")
	}
}

// stored is a state as it is after it was stored.
func stored(t testing.TB, s State) State {
	t.Helper()
	parts, err := s.Parts()
	check(t, err)
	back, err := StateOf(parts)
	check(t, err)
	again, err := back.Parts()
	check(t, err)
	if diff := cmp.Diff(parts, again); diff != "" {
		t.Errorf("stored, read and stored again: %s", diff)
	}
	return back
}

func TestStateIsStored(t *testing.T) {
	s, _ := run(t, rules, told(t), Announced{source(0, 2)})
	back := stored(t, s)
	if !back.Collection.Equal(s.Collection) || back.News != s.News || !back.Complete().Has(2) {
		t.Errorf("stored and read: %+v", back)
	}
	_, effects := run(t, rules, back, Updated{Collection: back.Collection})
	none[Notify](t, effects)
}

func TestErrorChangesNothing(t *testing.T) {
	s := told(t)
	before, err := s.Parts()
	check(t, err)
	next, effects, err := rules.Step(s, Announced{transport.Source{User: stranger, Items: transport.BitsOf(0)}})
	after, _ := next.Parts()
	if err == nil || effects != nil || !cmp.Equal(before, after) {
		t.Errorf("%v, %v", err, effects)
	}
}
