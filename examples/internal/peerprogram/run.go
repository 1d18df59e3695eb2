package peerprogram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// runWord runs the peer.
type runWord struct {
	Listen  string         `default:"127.0.0.1:8444" help:"Where to listen; :8444 is at all addresses of this computer."`
	URL     string         `help:"The base URL by which others reach the peer; what -listen says if empty."`
	Network []netip.Prefix `default:"127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16" help:"Networks beside public addresses in which other homes are."`
	Accept  int            `help:"How many versions, the smallest first, to take of what friends hand over; 0 = none."`
	Gallery string         `placeholder:"HOST:PORT" help:"Where on this computer to serve the gallery, for its user's browser, such as 127.0.0.1:8080; nowhere if empty."`
	Web     string         `placeholder:"URL" help:"The base URL by which browsers elsewhere reach what -gallery serves, through a proxy whose certificate they know: they fetch originals there, too."`
	Hold    bool           `help:"Do not publish by itself what the user's cameras hand over."`

	On program.NetworkFlags `embed:""`
}

// Run runs the peer until ctx ends.
func (w *runWord) Run(ctx context.Context, env program.Env, g *grammar) (err error) {
	listener, err := net.Listen("tcp", w.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	log := slog.New(slog.NewTextHandler(env.Err, &slog.HandlerOptions{Level: slog.LevelError})) // tell says the rest
	s := &service{env: env}
	if s.url, err = program.ServedAt(w.URL, "https", listener); err != nil {
		return err
	}
	cfg, err := w.reached(peer.Config{URL: s.url, Log: log, Events: s.tell, Accept: w.accept, Publishes: !w.Hold})
	if err != nil {
		return err
	}
	s.Peer, err = program.OpenPeer(ctx, g.Data, cfg, program.Ways{Networks: w.Network, Join: func(ctx context.Context, at program.Place) (program.Network, error) {
		return w.On.Join(ctx, env, at)
	}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	config, err := httplink.ServerTLS(s.OwnKey.Private)
	if err != nil {
		return err
	}
	stop, err := program.Listen(g.Data, s.words())
	if err != nil {
		return err
	}
	defer stop()
	o := httplink.HandlerOptions{Who: httplink.BySeal(s.Peer.Peer, s.Key(), nil), Enrol: s.attempt, Log: log}
	stopPages, err := s.showGallery(w.Gallery, w.Web, o)
	if err != nil {
		return err
	}
	defer stopPages()
	if !w.Hold {
		go s.publishHeld(ctx)
	}
	fmt.Fprintf(env.Out, "The peer is served at %s.\n", s.address())
	program.Ready()
	return s.serve(ctx, listener, httplink.PeerHandler(s.Peer.Peer, o), config)
}

func (w *runWord) accept(context.Context, collection.UserID, collection.Collection) int {
	return w.Accept
}

// tell prints what a person wants to know of what happens.
func (s *service) tell(e event.Event) {
	ctx := context.Background()
	s.announceAfter(e)
	switch {
	case e.News != nil && e.News.Reason == notify.Ended:
		fmt.Fprintf(s.env.Out, "ended by %s: %q\n", s.person(ctx, e.News.Author), e.News.Title)
	case e.News != nil:
		fmt.Fprintf(s.env.Out, "%s from %s: %s\n", e.Kind, s.person(ctx, e.News.Author), titled(e.News.Title, ", ", e.News.Items, e.News.Labelled))
	case e.Kind == event.Published:
		if v, err := s.Reader.View(ctx, e.Ref.Collection); err == nil {
			fmt.Fprintf(s.env.Out, "published %s\n", titled(v.Collection().Title(), ": ", v.Collection().Len(), v.Collection().Labelled()))
		}
	case e.Kind == event.WishFulfilled, e.Kind == event.WishEnded:
		if v, err := s.Reader.View(ctx, e.Ref.Collection); err == nil {
			i, _ := v.Collection().Index(e.Ref.Item)
			fmt.Fprintf(s.env.Out, "%s: %s of %q\n", e.Kind, device.Caption(v.Collection().Item(i).Caption), v.Collection().Title())
		}
	case e.Kind == event.LeftOut && !e.Ref.Item.IsZero():
		fmt.Fprintf(s.env.Err, "not made: the %s: %s\n", s.versionOf(ctx, e.Ref), program.Trouble(e.Err))
	case e.Kind == event.LeftOut:
		fmt.Fprintf(s.env.Err, "the hub does not know who that is, and tells nothing of what is shared: %s\n", program.OneLine(e.Err.Error()))
	case e.Kind == event.Failed:
		fmt.Fprintf(s.env.Err, "%s %s: %s\n", e.Kind, e.Doing, program.Trouble(e.Err))
	}
}

// versionOf names a version as people know it.
func (s *service) versionOf(ctx context.Context, of transport.Ref) string {
	v, err := s.Reader.View(ctx, of.Collection)
	if err != nil {
		return of.Item.String()
	}
	c := v.Collection()
	i, _ := c.Index(of.Item)
	return fmt.Sprintf("%s of %s in %q", c.Ladder()[of.Version].Name, device.Caption(c.Item(i).Caption), c.Title())
}

func titled(title, then string, items, labelled int) string {
	return fmt.Sprintf("%q%s%s, %d with a label", title, then, human.Count(items, "item", "items"), labelled)
}
