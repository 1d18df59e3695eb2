package p2plink_test

import (
	"context"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// TestHomeSuite: a peer is over libp2p what it is in process and over HTTP.
func TestHomeSuite(t *testing.T) {
	transporttest.Home(t, func(t *testing.T) transporttest.HomeFixture {
		w := labtest.On(t, newNetwork(t), hub.Config{})
		ann, bob, mallory := w.User("ann"), w.User("bob"), w.User("mallory")
		s := w.Peer(ann, "home")
		s.Restart(func(cfg *peer.Config) { cfg.Hub, cfg.Render = nil, nil })
		t.Cleanup(func() { // it lets go of all its readers
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			must(t, s.Close(ctx))
		})
		all := map[collection.UserID]transport.Home{{}: w.Hub.To(s.Station)}
		for _, user := range []collection.UserID{ann, bob, mallory} {
			all[user] = w.Camera(user, 0).To(s.Station)
		}
		return transporttest.HomeFixture{
			As:     func(user collection.UserID) transport.Home { return all[user] },
			Author: ann, Reader: bob, Stranger: mallory, Signer: s.Signer,
			Put: func(t *testing.T, c collection.Collection, versions [][][]byte) {
				transporttest.HandOver(t, s.As(transport.Identity{User: ann}), c, versions)
				s.Publishes(c.Name())
			},
		}
	})
}

// TestHubSuite: so is a hub.
func TestHubSuite(t *testing.T) {
	transporttest.Hub(t, func(t *testing.T) transporttest.HubFixture {
		net := newNetwork(t)
		w := labtest.On(t, net, hub.Config{})
		users := map[collection.UserID]*labtest.Camera{}
		user := func(name string) collection.UserID {
			c := w.Camera(w.User(name), 0)
			users[c.User] = c
			return c.User
		}
		f := transporttest.HubFixture{
			As:     func(u collection.UserID) transport.Hub { return users[u].ToHub() },
			Author: user("ann"), Reader: user("bob"), Stranger: user("mallory"), Authority: w.Authority(),
			Serve: func(by collection.UserID, o transport.Originals) transport.Source {
				at := serves{originals: o, key: users[by].Key()}
				net.Serve("served", users[by].Key(), httplink.PeerHandler(at, httplink.HandlerOptions{Who: anybody{}}))
				return lab.SourceAt(users[by].Station, net.URL("served"))
			},
		}
		f.Signer = users[f.Author].Signer
		return f
	})
}
