package peer_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// noUploads is a hub to which uploads do not get through, while broken; or whose answers
// to them are lost.
type noUploads struct {
	transport.Hub
	broken, lost bool
}

func (n *noUploads) Upload(ctx context.Context, name collection.Name, r io.Reader) (transport.Answer, error) {
	if n.broken {
		return transport.Answer{}, transport.ErrUnreachable
	}
	a, err := n.Hub.Upload(ctx, name, r)
	if n.lost {
		return transport.Answer{}, transport.ErrUnreachable
	}
	return a, err
}

// TestClaimAfterAFailedPublish: what a peer has said that it serves counts neither before
// all is there nor after it has held it back, and in the end whoever has brought it.
func TestClaimAfterAFailedPublish(t *testing.T) {
	for what, then := range map[string]struct {
		broken, lost bool
		do           func(cam *labtest.Camera, home *labtest.Peer, name collection.Name, n *noUploads)
		labelled     int
	}{
		"held back": {broken: true, labelled: 2, do: func(_ *labtest.Camera, home *labtest.Peer, name collection.Name, _ *noUploads) {
			home.PublishesPartial(name)
		}},
		"again": {broken: true, do: func(_ *labtest.Camera, home *labtest.Peer, name collection.Name, _ *noUploads) {
			home.Publishes(name)
		}},
		"an answer lost": {lost: true, do: func(_ *labtest.Camera, home *labtest.Peer, name collection.Name, _ *noUploads) {
			home.Publishes(name)
		}},
		"by the camera first": {broken: true, do: func(cam *labtest.Camera, home *labtest.Peer, name collection.Name, _ *noUploads) {
			cam.Shares(name)
			home.Publishes(name)
		}},
		"held back after the camera": {broken: true, labelled: 2, do: func(cam *labtest.Camera, home *labtest.Peer, name collection.Name, _ *noUploads) {
			cam.Shares(name)
			home.PublishesPartial(name)
		}},
	} {
		t.Run(what, func(t *testing.T) {
			w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 2)
			cam.Syncs(home, name)
			n := &noUploads{broken: then.broken, lost: then.lost}
			home.Restart(func(cfg *peer.Config) { n.Hub, cfg.Hub = cfg.Hub, n })
			if err := home.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrUnreachable) {
				t.Fatalf("published: %v", err)
			}
			n.broken, n.lost = false, false
			then.do(cam, home, name, n)
			if got := w.Labelled(bob.User, name); got != then.labelled {
				t.Errorf("%d labelled, want %d", got, then.labelled)
			}
			if news := bob.Receives(); len(news) != 1 || news[0].Reason != notify.Shared {
				t.Errorf("heard %v", news)
			}
		})
	}
}
