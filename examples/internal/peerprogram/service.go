package peerprogram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
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

	mu      sync.Mutex
	gallery string         // where its user's browser finds the gallery; empty = nowhere
	open    *enrol.Attempt // of a station that may join
	end     context.CancelFunc
	served  map[collection.Name]bool // those that are announced on the network
}

// words are what can be asked of it.
func (s *service) words() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/list", program.Word(s.list))
	mux.HandleFunc("/show", program.Word(s.show))
	mux.HandleFunc("/wish", program.Word(s.wish))
	mux.HandleFunc("/fetch", program.Word(s.fetch))
	mux.HandleFunc("/share", program.Word(s.share))
	mux.HandleFunc("/take", program.Word(s.take))
	mux.HandleFunc("/import", program.Word(s.importFrom))
	mux.HandleFunc("/publish", program.Word(s.publish))
	mux.HandleFunc("/withdraw", program.Word(s.withdraw))
	mux.HandleFunc("/end", program.Word(s.endAlbum))
	mux.HandleFunc("/address", program.Word(s.addressWord))
	mux.HandleFunc("/station/open", program.Word(s.openAttempt))
	mux.HandleFunc("/station/wait", program.Word(s.wait))
	mux.HandleFunc("/station/decide", program.Word(s.decide))
	mux.HandleFunc("/station/list", program.Word(s.stations))
	mux.HandleFunc("/station/remove", program.Word(s.remove))
	mux.HandleFunc("/contact/list", program.Word(s.contacts))
	mux.HandleFunc("/contact/add", program.Word(s.addContact))
	mux.HandleFunc("/room", program.Word(s.room))
	mux.HandleFunc("/drop", program.Word(s.drop))
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
	p, err := program.OpenPeer(ctx, dir, peer.Config{}, program.Ways{Networks: program.HomeNetworks})
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

// find returns the one collection of a title that has not ended, or an id, or a beginning of the
// id, which is not one of some others.
func (s *service) find(ctx context.Context, text string, others ...collection.Name) (*peer.View, error) {
	names, err := s.Names(ctx)
	if err != nil {
		return nil, err
	}
	var found []*peer.View
	for _, name := range names {
		v, err := s.Reader.View(ctx, name)
		if err != nil || slices.Contains(others, name) {
			continue // it cannot be shown: list says why
		}
		if v.Collection().Title() == text && !v.Collection().Ended() || name.String() == text || len(text) >= 4 && strings.HasPrefix(name.ID.String(), text) {
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

func isWithdrawn(v *peer.View, i int) bool {
	_, rank := v.Collection().At(i)
	return rank.Withdrawn()
}

// publishHeld has Run publish what was handed over to the folder while no peer ran on it, or
// one that was killed before it could.
func (s *service) publishHeld(ctx context.Context) {
	names, err := s.Names(ctx)
	for _, name := range names {
		if v, err := s.Reader.View(ctx, name); err != nil || name.Author != s.Account.User || !s.isHeld(v) {
			continue
		}
		err = errors.Join(err, s.Author.PublishAt(ctx, name, time.Now()))
	}
	if err != nil && ctx.Err() == nil {
		fmt.Fprintf(s.env.Err, "not published yet: %s; it is tried again\n", program.Trouble(err))
	}
}

// isHeld reports whether there is an original here that the others do not know of.
func (s *service) isHeld(v *peer.View) bool {
	for i := range v.Collection().Len() {
		if labelled(v, i) && v.Held(i).Has(original(v)) {
			return true
		}
	}
	return false
}

// address is where the peer serves, and with which key.
func (s *service) address() program.Address {
	return program.Address{URL: s.url, Key: s.OwnKey.ID()}
}

func (s *service) addressWord(context.Context, struct{}) (string, error) {
	return s.address().String(), s.running()
}

type addressWord struct{}

// Run prints it.
func (addressWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	text, err := call[struct{}, string](ctx, g.Data, "address", struct{}{})
	if err == nil {
		fmt.Fprintln(env.Out, text)
	}
	return err
}
