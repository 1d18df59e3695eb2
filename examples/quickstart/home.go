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
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// home is the author's home computer: a peer that takes the originals from the
// camera, makes what the hub still wants, and serves the originals to all who
// may read them.
type home struct {
	stage  *stage
	dir    string
	signer stationKey
	render mediafiles.Renderer
	items  int64 // in the collection that is published
	peer   *peer.Peer

	mu   sync.Mutex
	done int64 // items of which the screen version was made, or cannot be

	thumbnails int       // made, since the camera could not
	cannot     []skipped // pictures and films that have no screen version
}

func newHome(s *stage) (*home, error) {
	dir, err := s.folder("home")
	if err != nil {
		return nil, err
	}
	signer, err := newKey(dir)
	h := &home{stage: s, dir: dir, signer: signer}
	s.options.equip(&h.render.Maker)
	return h, err
}

// join starts the peer with its owner's account at the hub.
func (h *home) join(ctx context.Context, a account) error {
	listener, url, err := h.stage.network.listen("home", h.signer.private)
	if err != nil {
		return err
	}
	cfg := peer.Config{URL: url, Render: h}
	if cfg.Keys, err = a.keyring(); err != nil {
		return err
	}
	h.peer, err = startPeer(ctx, h.stage, "home", h.dir, h.signer, a, cfg)
	if err != nil {
		listener.Close()
		return err
	}
	h.stage.serve(listener, httplink.PeerHandler(h.peer, httplink.HandlerOptions{Log: slog.New(&h.stage.failures)}))
	return nil
}

// startPeer starts a peer with a store of its own and the account of its user.
func startPeer(ctx context.Context, s *stage, name, dir string, signer stationKey, a account, cfg peer.Config) (*peer.Peer, error) {
	store, err := s.store(ctx, name, dir, openFiles)
	if err != nil {
		return nil, err
	}
	client := s.network.client(name)
	cfg.Store, cfg.Statement, cfg.Log = store, a.statement, slog.New(&s.failures)
	cfg.Dial = httplink.Dialer(httplink.Caller{User: a.user, Signer: signer, Statement: a.statement}, httplink.Options{HTTP: client})
	cfg.Hub = httplink.NewClient(a.hubURL, httplink.Bearer(a.token), httplink.Options{HTTP: client, Key: a.hubKey.ID()})
	p, err := peer.New(ctx, a.user, signer.Signer, cfg)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() error { return p.Close(context.WithoutCancel(ctx)) })
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
	h.stage.witness.allow(made.Bytes())
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
	if errors.Is(err, errors.ErrUnsupported) && !isDocument(p.Item.MediaType) {
		h.cannot = append(h.cannot, skipped{p.Item.Caption, reason(err)})
	}
}
