package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// home is the author's home computer: a peer that takes the originals from the
// camera, makes what the hub still wants, and serves the originals to all who
// may read them.
type home struct {
	station
	render mediafiles.Renderer
	items  int64 // in the collection that is published
	peer   *peer.Peer

	mu   sync.Mutex
	done int64 // items of which the screen version was made, or cannot be

	thumbnails int      // made, since the camera could not
	cannot     []remark // pictures and films that have no screen version
}

func newHome(s *stage) (h *home, err error) {
	h = new(home)
	h.station, err = s.station("home")
	s.options.equip(&h.render.Maker)
	return h, err
}

// join starts the peer with its owner's account at the hub.
func (h *home) join(ctx context.Context) (err error) {
	h.peer, err = h.start(ctx, peer.Config{Render: h})
	return err
}

// start starts a peer with the account of its user, and serves it.
// It does what the story says and nothing by itself: another program has it Run.
func (s *station) start(ctx context.Context, cfg peer.Config) (*peer.Peer, error) {
	store, err := s.store(ctx, openFiles)
	if err != nil {
		return nil, err
	}
	a, log := s.account, slog.New(&s.failures)
	if err := program.Connect(ctx, a, &cfg, httplink.Options{HTTP: s.network.client(s.name)}); err != nil {
		return nil, err
	}
	signer, err := a.Signer()
	if err != nil {
		return nil, err
	}
	listener, url, err := s.network.listen(s.name, a.Key)
	if err != nil {
		return nil, err
	}
	cfg.URL, cfg.Store, cfg.Log = url, store, log
	p, err := peer.New(ctx, a.User, signer, cfg)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.serve(ctx, listener, httplink.PeerHandler(p, httplink.HandlerOptions{Log: log}), func(ctx context.Context) error {
		<-ctx.Done()
		return p.Close(context.WithoutCancel(ctx))
	})
	return p, nil
}

// publish puts the collection on the network: it shares it with the hub, makes and
// uploads the versions that the hub asks for, and announces the originals.
func (h *home) publish(ctx context.Context, name collection.Name, items int) error {
	h.items = int64(items)
	return h.peer.Author.Publish(ctx, name)
}

// Render makes a version of an item when the hub asks for it: screens, and the
// thumbnails that the camera could not make. What cannot be made here either does
// not hold up anything: the peer goes on with the others.
func (h *home) Render(ctx context.Context, p peer.Picture, w io.Writer) error {
	defer h.stage.network.begin(exchange{from: "home", what: "make " + p.Version.Name + "s"})()
	var made bytes.Buffer
	err := h.render.Render(ctx, p, &made)
	h.note(p, err)
	if err != nil {
		return fmt.Errorf("%s: %w", clean(p.Item.Caption), err)
	}
	h.stage.witness.Allow(made.Bytes())
	_, err = made.WriteTo(w)
	return err
}

// Preview makes a preview of a version, of an item to which the camera could give none.
func (h *home) Preview(version []byte) ([]byte, error) { return h.render.Preview(version) }

// note puts down how the making of a version went.
func (h *home) note(p peer.Picture, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p.Version.Name != label.DefaultLadder()[screen].Name {
		if err == nil {
			h.thumbnails++
		}
		return
	}
	h.done++
	h.stage.timeline.progress("screen versions", h.done, h.items, number)
	if errors.Is(err, errors.ErrUnsupported) && !mediafiles.IsDocument(p.Item.MediaType) {
		h.cannot = append(h.cannot, remark{File: p.Item.Caption, Reason: reason(err)})
	}
}
