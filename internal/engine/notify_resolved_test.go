package engine

import (
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

var hidden, other = collection.Address{5}, collection.Address{6}

// blinded is a sealed collection of one item with two recipients by address.
func blinded(t testing.TB) collection.Collection {
	c, err := collection.New(
		collection.Header{ID: collection.ID{4}, Author: author, Authority: authority, Created: time.UnixMilli(1)},
		collection.Body{Items: items(1), Recipients: []collection.UserID{reader}, Addresses: []collection.Address{hidden, other}})
	check(t, err)
	c, err = c.Sign(t.Context(), seals("author"), time.Unix(1, 0))
	check(t, err)
	return c
}

func resolve(t testing.TB, c collection.Collection, user collection.UserID) Event {
	c, err := c.Resolve(t.Context(), seals("authority"), hidden, user, time.Unix(9, 0))
	check(t, err)
	return Updated{Collection: c}
}

// TestWhoIsResolvedIsNotifiedOnce: rule 11.
func TestWhoIsResolvedIsNotifiedOnce(t *testing.T) {
	share := Shared{By: author, Collection: blinded(t), Sealed: true}
	s, effects := run(t, rules, State{}, share)
	if first := effect[Notify](t, effects); len(first.To) != 1 || len(first.Addresses) != 2 {
		t.Errorf("first %+v", first)
	}
	s, effects = run(t, rules, s, resolve(t, s.Collection, stranger))
	tell := effect[Notify](t, toReaders(effects))
	if len(tell.To) != 1 || tell.To[0] != stranger || len(tell.Addresses) != 0 || tell.Notification.Reason != notify.Shared || tell.Seq != 2 {
		t.Errorf("resolved %+v", tell)
	}
	s, effects = run(t, rules, s, resolve(t, s.Collection, stranger))
	none[Notify](t, effects)
	_, effects = run(t, rules, s, Announced{Source: transport.Source{User: author, URL: "here", Items: transport.BitsOf(0)}})
	tell = effect[Notify](t, effects)
	if len(tell.To) != 2 || len(tell.Addresses) != 1 || tell.Addresses[0] != other || tell.Notification.Reason != notify.Available {
		t.Errorf("second %+v", tell)
	}
}

// TestNobodyIsNotifiedTooEarly: not before the others have been told, nor by a
// station that tells nobody, nor who is a recipient already.
func TestNobodyIsNotifiedTooEarly(t *testing.T) {
	share := Shared{By: author, Collection: blinded(t), Sealed: true, Share: transport.Share{Offers: []transport.Bits{transport.AllBits(1)}}}
	quiet := share
	quiet.Share = transport.Share{From: transport.Peer}
	s, _ := run(t, rules, State{}, quiet)
	s, effects := run(t, rules, s, resolve(t, s.Collection, stranger))
	none[Notify](t, toReaders(effects))
	_, effects = run(t, rules, s, share)
	if tell := effect[Notify](t, effects); len(tell.To) != 2 {
		t.Errorf("first %+v", tell)
	}

	share.Share.Offers = nil
	silent := rules
	silent.Notifies = false
	s, _ = run(t, silent, State{}, share)
	_, effects = run(t, silent, s, resolve(t, s.Collection, stranger))
	none[Notify](t, effects)

	s, _ = run(t, rules, State{}, share)
	_, effects = run(t, rules, s, resolve(t, s.Collection, reader))
	none[Notify](t, effects)
}

// toReaders leaves out what the author is told.
func toReaders(effects []Effect) []Effect {
	return slices.DeleteFunc(slices.Clone(effects), func(e Effect) bool {
		n, ok := e.(Notify)
		return ok && slices.Contains(n.To, author)
	})
}

// accept is the event in which the author accepts a user for an address.
func accept(t testing.TB, c collection.Collection, user collection.UserID) Event {
	c, err := c.Accept(t.Context(), seals("author"), hidden, user, time.Unix(10, 0))
	check(t, err)
	return Updated{Collection: c}
}

// TestAuthorIsToldWhomToAccept: rule 17. Once for each, and not of who is named already.
func TestAuthorIsToldWhomToAccept(t *testing.T) {
	s, _ := run(t, rules, State{}, Shared{By: author, Collection: blinded(t), Sealed: true})
	var last Notify
	for _, user := range []collection.UserID{stranger, {0x77}} {
		var effects []Effect
		s, effects = run(t, rules, s, resolve(t, s.Collection, user))
		effects = slices.DeleteFunc(effects, func(e Effect) bool { n, ok := e.(Notify); return ok && n.Notification.Reason == notify.Shared })
		tell := effect[Notify](t, effects)
		if !slices.Equal(tell.To, []collection.UserID{author}) || tell.Notification.Reason != notify.Resolved || !tell.Apart || tell.Availability == last.Availability {
			t.Errorf("told %+v", tell)
		}
		last = tell
		_, effects = run(t, rules, s, resolve(t, s.Collection, user))
		none[Notify](t, effects)
	}
	_, effects := run(t, rules, s, resolve(t, s.Collection, reader))
	none[Notify](t, effects)
}

// TestAuthorIsToldOfTheNext: rule 17. Who is resolved after others were accepted is no repeat
// of them, though as many are to be accepted as before.
func TestAuthorIsToldOfTheNext(t *testing.T) {
	s, _ := run(t, rules, State{}, Shared{By: author, Collection: blinded(t), Sealed: true})
	told := map[notify.ID]bool{}
	for _, user := range []collection.UserID{stranger, {0x77}, {0x78}} {
		var effects []Effect
		s, effects = run(t, rules, s, resolve(t, s.Collection, user))
		effects = slices.DeleteFunc(effects, func(e Effect) bool { n, ok := e.(Notify); return ok && n.Notification.Reason == notify.Shared })
		tell := effect[Notify](t, effects)
		if id := notify.MakeID(tell.Notification.Edition, tell.Availability, author); told[id] {
			t.Errorf("%v is told as a repeat", user)
		} else {
			told[id] = true
		}
		s, _ = run(t, rules, s, accept(t, s.Collection, user))
	}
}

// TestWhoIsAcceptedIsTold: rule 17. They alone, once, as soon as something is complete.
func TestWhoIsAcceptedIsTold(t *testing.T) {
	s, _ := run(t, rules, State{}, Shared{By: author, Collection: blinded(t), Sealed: true})
	s, _ = run(t, rules, s, resolve(t, s.Collection, stranger))
	_, effects := run(t, rules, s, accept(t, s.Collection, stranger))
	none[Notify](t, effects) // nothing is complete yet
	s, _ = run(t, rules, s, Announced{Source: transport.Source{User: author, URL: "here", Items: transport.BitsOf(0)}})
	before := s.Notified
	s, effects = run(t, rules, s, accept(t, s.Collection, stranger))
	tell := effect[Notify](t, effects)
	if !slices.Equal(tell.To, []collection.UserID{stranger}) || tell.Notification.Reason != notify.Available || !tell.Apart || tell.Availability == before || s.Notified != before {
		t.Errorf("told %+v", tell)
	}
	_, effects = run(t, rules, s, accept(t, s.Collection, stranger))
	none[Notify](t, effects)
}

// TestSenderCannotWriteLetters: who has only a mail address hears from the hub.
func TestSenderCannotWriteLetters(t *testing.T) {
	_, effects := run(t, rules, State{}, Shared{By: author, Collection: blinded(t), Sealed: true, Share: transport.Share{Notifies: true}})
	none[Notify](t, effects)
	if w := effect[Write](t, effects); len(w.Addresses) != 2 || w.Notification.Reason != notify.Shared {
		t.Errorf("letters %+v", w)
	}
}
