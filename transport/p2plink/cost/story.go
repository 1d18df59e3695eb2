package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	libpeer "github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

const (
	thumbnail = 2_500 // bytes
	original  = 50_000
	originals = 2                // the version
	shortly   = time.Millisecond // who asks for news waits for them
)

// station is a peer on a host.
type station struct {
	*peer.Peer
	host   *node
	served chan error
}

// story is Ann's home, the recipients, and the hosts around them.
type story struct {
	size
	net        nodes
	ann        *station
	recipients []*station
	idle       []*node
	name       collection.Name
	items      []collection.Item
	stop       context.CancelFunc

	refused               costs // of looks for labelled originals
	whole, single         look  // in vain: once for the collection, and for each item
	perLook, bytesPerLook float64
	sizes                 []simulated
}

func userOf(i int) collection.UserID { return collection.UserID{byte(i), byte(i >> 8), 1} }

func signerOf(i int) *signature.Signer { return lab.Signer(fmt.Sprint("cost ", i)) }

// newStory puts all hosts on the network, and has Ann share a collection without originals, of
// which all recipients have heard. After an error what there is is to be closed, too.
func newStory(ctx context.Context, n size) (*story, error) {
	s := &story{size: n, net: nodes{asked: map[libpeer.ID]*costs{}}}
	ctx, s.stop = context.WithCancel(ctx)
	for i := range n.recipients + 1 {
		at, err := s.station(ctx, i)
		if err != nil {
			return s, err
		}
		if i > 0 {
			s.recipients = append(s.recipients, at)
		} else if s.ann = at; true {
			err = s.keeps(ctx)
		}
		if err != nil {
			return s, err
		}
	}
	for range n.hosts - 1 - n.recipients {
		at, err := s.net.add(ctx, nil)
		if err != nil {
			return s, err
		}
		s.idle = append(s.idle, at)
	}
	s.idle = s.idle[:n.recipients]
	return s, s.share(ctx)
}

// station puts the i-th user's peer on a host of its own. All know the keys of all.
func (s *story) station(ctx context.Context, i int) (*station, error) {
	at, err := s.net.add(ctx, signerOf(i))
	if err != nil {
		return nil, err
	}
	keys := new(signature.Keyring)
	for user := range s.size.recipients + 1 {
		if err := keys.Pin(userOf(user), signerOf(user).Public()); err != nil {
			return nil, err
		}
	}
	caller := httplink.Caller{User: userOf(i), Signer: signerOf(i)}
	p, err := peer.New(ctx, userOf(i), signerOf(i), peer.Config{
		Keys: keys, URL: at.URL(), Find: at.Find, Wait: shortly,
		Dial: httplink.Dialer(caller, httplink.Options{HTTP: &http.Client{Transport: at.Transport(nil)}}),
	})
	if err != nil {
		return nil, err
	}
	st := &station{p, at, make(chan error, 1)}
	until := func(ctx context.Context) error { <-ctx.Done(); return nil } // the story does what Run would
	go func() {
		st.served <- httplink.Serve(ctx, at.Listen(), httplink.PeerHandler(p, httplink.HandlerOptions{}), nil, until)
	}()
	return st, nil
}

// share has Ann share the collection, and everybody hear of it.
func (s *story) share(ctx context.Context) error {
	card, body := lab.Card{}, collection.Body{}
	for i := range s.size.items {
		id := collection.ItemID{byte(i), byte(i >> 8), 1}
		card[id] = lab.NewPhoto(fmt.Sprint("cost ", i), thumbnail, original)
		body.Items = append(body.Items, collection.Item{ID: id, MediaType: "image/jpeg"})
	}
	for i := range s.recipients {
		body.Recipients = append(body.Recipients, userOf(i+1))
	}
	var err error
	if s.name, err = s.ann.Author.Make(ctx, collection.Header{Title: "Cost"}, body, card.Open); err != nil {
		return err
	}
	s.items = body.Items
	if err := s.ann.Author.PublishPartial(ctx, s.name); err != nil {
		return err
	}
	return s.hear(ctx)
}

// hear has all recipients hear from Ann, who tells of news a moment after she has made them.
func (s *story) hear(ctx context.Context) error {
	return s.each(func(r *station) error {
		for {
			news, err := r.Reader.ReceiveFrom(ctx, s.ann.Source())
			if len(news) > 0 || err != nil {
				return err
			}
		}
	})
}

func (s *story) each(do func(*station) error) error {
	for i, r := range s.recipients {
		if err := do(r); err != nil {
			return fmt.Errorf("recipient %d: %w", i, err)
		}
	}
	return nil
}

// atOnce has all recipients do something at the same time.
func (s *story) atOnce(do func(*station) error) error {
	failed := make([]error, len(s.recipients))
	var all sync.WaitGroup
	for i, r := range s.recipients {
		all.Go(func() { failed[i] = do(r) })
	}
	all.Wait()
	return errors.Join(failed...)
}

// refs are the originals.
func (s *story) refs() (all []transport.Ref) {
	for _, item := range s.items {
		all = append(all, transport.Ref{Collection: s.name, Item: item.ID, Version: originals})
	}
	return all
}

func (s *story) close() error {
	s.stop()
	var failed []error
	for _, at := range append(s.recipients, s.ann) {
		if at != nil {
			failed = append(failed, <-at.served)
		}
	}
	return errors.Join(append(failed, s.net.close())...)
}
