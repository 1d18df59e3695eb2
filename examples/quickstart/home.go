package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// home is the author's home computer: a peer that takes the originals from the
// camera, makes what the hub still wants, and serves the originals to all who
// may read them.
type home struct {
	stage  *stage
	dir    string
	signer *signature.Signer
	maker  media.Maker
	url    string
	items  int64        // in the collection that is published
	done   atomic.Int64 // screen versions made of them
	peer   *peer.Peer
}

func newHome(s *stage) (*home, error) {
	dir, err := s.folder("home")
	if err != nil {
		return nil, err
	}
	signer, err := newKey(dir)
	return &home{stage: s, dir: dir, signer: signer}, err
}

// join starts the peer with its owner's account at the hub.
func (h *home) join(ctx context.Context, a account) error {
	listener, url, err := h.stage.network.listen("home")
	if err != nil {
		return err
	}
	h.url = url
	cfg := peer.Config{Address: url, Render: peer.RendererFunc(h.render)}
	if cfg.Keys, err = a.keyring(); err != nil {
		return err
	}
	h.peer, err = startPeer(ctx, h.stage, "home", h.dir, h.signer, a, cfg)
	if err != nil {
		listener.Close()
		return err
	}
	h.stage.serve(listener, h.peer.Handler())
	return nil
}

// startPeer starts a peer with a store of its own and the account of its user.
func startPeer(ctx context.Context, s *stage, name, dir string, signer *signature.Signer, a account, cfg peer.Config) (*peer.Peer, error) {
	store, err := s.store(name, dir)
	if err != nil {
		return nil, err
	}
	client := s.network.client(name)
	cfg.Store, cfg.Statement, cfg.HTTP, cfg.Log = store, a.statement, client, slog.New(&s.failures)
	cfg.Hub = httplink.NewClient(a.hubURL, httplink.Bearer(a.token), httplink.Options{HTTP: client})
	p, err := peer.New(ctx, a.user, signer, cfg)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() error { return p.Close(context.WithoutCancel(ctx)) })
	return p, nil
}

// publish puts the collection on the network: it shares it with the hub, uploads
// the screen versions that the hub asks for, and announces the originals.
func (h *home) publish(ctx context.Context, name collection.Name, items int) error {
	h.items = int64(items)
	return h.peer.Publish(ctx, name)
}

// render makes the screen version of a photo when the hub asks for it. A picture
// that turns out to be damaged further in, behind a good thumbnail, has none: the
// peer goes on with the others.
func (h *home) render(ctx context.Context, p peer.Picture, w io.Writer) error {
	defer h.stage.network.begin(exchange{from: "home", what: "make screens"})()
	_, pictures, err := h.maker.Make(ctx, p.Original, p.Original.Size(), screenBox)
	if errors.Is(err, errors.ErrUnsupported) {
		h.stage.timeline.text("           home: no screen version of " + clean(p.Item.Caption) + ", which is " + reason(err))
	}
	if err != nil {
		return err
	}
	h.stage.timeline.progress("screen versions", h.done.Add(1), h.items, number)
	_, err = w.Write(pictures[0].JPEG)
	return err
}
