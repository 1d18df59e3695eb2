package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// service is a peer that does words.
type service struct {
	*program.Peer
	env program.Env
	url string // by which others reach it; empty = it does not run

	mu   sync.Mutex
	open *enrol.Attempt // of a station that may join
	end  context.CancelFunc
}

// words are what can be asked of it.
func (s *service) words() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/list", program.Word(s.list))
	mux.HandleFunc("/show", program.Word(s.show))
	mux.HandleFunc("/wish", program.Word(s.wish))
	mux.HandleFunc("/fetch", program.Word(s.fetch))
	mux.HandleFunc("/share", program.Word(s.share))
	mux.HandleFunc("/publish", program.Word(s.publish))
	mux.HandleFunc("/address", program.Word(s.addressWord))
	mux.HandleFunc("/station/open", program.Word(s.openAttempt))
	mux.HandleFunc("/station/wait", program.Word(s.wait))
	mux.HandleFunc("/station/decide", program.Word(s.decide))
	mux.HandleFunc("/contact/list", program.Word(s.contacts))
	mux.HandleFunc("/contact/add", program.Word(s.addContact))
	return mux
}

// within is a service that was opened for one word.
type within struct {
	http.Handler
	*program.Peer
}

// Close closes the peer.
func (w within) Close() error { return w.Peer.Close() }

// call has the peer in a folder do a word.
func call[Q, A any](ctx context.Context, dir, word string, asked Q) (A, error) {
	return program.Call[Q, A](ctx, dir, word, asked, alone)
}

// alone opens the peer in a folder on which none runs.
func alone(ctx context.Context, dir string) (program.Words, error) {
	p, err := program.OpenPeer(ctx, dir, peer.Config{}, program.HomeNetworks...)
	if err != nil {
		return nil, err
	}
	s := &service{Peer: p}
	return within{s.words(), p}, nil
}

// running refuses what only a peer that runs can do.
func (s *service) running() error {
	if s.url == "" {
		return program.Plain(errors.New("the peer does not run; start it first with: peer run"))
	}
	return nil
}

// find returns the one collection of a title, or an id, or a beginning of the id.
func (s *service) find(ctx context.Context, text string) (*peer.View, error) {
	names, err := s.Names(ctx)
	if err != nil {
		return nil, err
	}
	var found []*peer.View
	for _, name := range names {
		v, err := s.Reader.View(ctx, name)
		if err != nil {
			continue // it cannot be shown: list says why
		}
		if v.Collection().Title() == text || name.String() == text || len(text) >= 4 && strings.HasPrefix(name.ID.String(), text) {
			found = append(found, v)
		}
	}
	switch len(found) {
	case 0:
		return nil, program.Plain(fmt.Errorf("there is no collection %q here; peer list shows all", text))
	case 1:
		return found[0], nil
	}
	return nil, program.Plain(fmt.Errorf("%d collections are called %q; use the id", len(found), text))
}

// original is the place of the complete version in the ladder.
func original(v *peer.View) int { return len(v.Collection().Ladder()) - 1 }

// labelled reports whether an item has a label.
func labelled(v *peer.View, i int) bool {
	_, rank := v.Collection().At(i)
	return rank.Labelled()
}

// publishHandedOver publishes what the user's cameras have handed over, as soon as nothing
// more of it comes.
func (s *service) publishHandedOver(ctx context.Context) {
	published, before := map[collection.Name]int{}, map[collection.Name]int{}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		held, err := s.held(ctx)
		if err != nil {
			continue // the store says so elsewhere
		}
		for name, n := range held {
			if n > published[name] && n == before[name] && s.publishNow(ctx, name) {
				published[name] = n
			}
		}
		before = held
	}
}

// held counts the originals that are here of the user's own collections.
func (s *service) held(ctx context.Context) (map[collection.Name]int, error) {
	names, err := s.Names(ctx)
	held := map[collection.Name]int{}
	for _, name := range names {
		v, err := s.Reader.View(ctx, name)
		if name.Author != s.Account.User || err != nil {
			continue
		}
		for i := range v.Collection().Len() {
			if v.Held(i).Has(original(v)) {
				held[name]++
			}
		}
	}
	return held, err
}

func (s *service) publishNow(ctx context.Context, name collection.Name) bool {
	if err := s.Author.Publish(ctx, name); err != nil {
		fmt.Fprintf(s.env.Err, "not published yet: %s; it is tried again\n", program.Trouble(err))
		return false
	}
	v, err := s.Reader.View(ctx, name)
	if err == nil {
		fmt.Fprintf(s.env.Out, "published %q: %s, %d with a label\n", v.Collection().Title(),
			program.Count(v.Collection().Len(), "item", "items"), v.Collection().Labelled())
	}
	return true
}
