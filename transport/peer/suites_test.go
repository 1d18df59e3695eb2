package peer_test

import (
	"context"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// link reaches a peer for each of some users, or for the authority if that is zero.
type link func(w *labtest.World, s *labtest.Peer, users ...collection.UserID) func(collection.UserID) transport.Home

// byLink runs a suite on a peer, in process and over HTTP.
func byLink(t *testing.T, suite func(*testing.T, link)) {
	t.Run("in process", func(t *testing.T) {
		suite(t, func(_ *labtest.World, s *labtest.Peer, _ ...collection.UserID) func(collection.UserID) transport.Home {
			return func(u collection.UserID) transport.Home { return s.As(transport.Identity{User: u}) }
		})
	})
	t.Run("over HTTP", func(t *testing.T) {
		suite(t, func(w *labtest.World, s *labtest.Peer, users ...collection.UserID) func(collection.UserID) transport.Home {
			all := map[collection.UserID]transport.Home{{}: w.Hub.To(s.Station)}
			for _, u := range users {
				all[u] = w.Camera(u, 0).To(s.Station)
			}
			return func(u collection.UserID) transport.Home { return all[u] }
		})
	})
}

func TestHomeSuite(t *testing.T) {
	byLink(t, func(t *testing.T, link link) {
		transporttest.Home(t, func(t *testing.T) transporttest.HomeFixture {
			w := labtest.New(t, hub.Config{})
			ann, bob, mallory := w.User("ann"), w.User("bob"), w.User("mallory")
			s := w.Peer(ann, "home")
			s.Restart(func(cfg *peer.Config) { cfg.Hub, cfg.Render = nil, nil })
			t.Cleanup(func() { // it lets go of all its readers
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				defer cancel()
				labtest.Must(t, s.Close(ctx))
			})
			return transporttest.HomeFixture{
				As:     link(w, s, ann, bob, mallory),
				Author: ann, Reader: bob, Stranger: mallory, Signer: s.Signer,
				Put: func(t *testing.T, c collection.Collection, versions [][][]byte) {
					transporttest.HandOver(t, s.As(transport.Identity{User: ann}), c, versions)
					s.Publishes(c.Name())
				},
			}
		})
	})
}

func TestSettingsSourceSuite(t *testing.T) {
	byLink(t, func(t *testing.T, link link) {
		transporttest.SettingsSource(t, func(t *testing.T) transporttest.SettingsFixture {
			w := labtest.New(t, hub.Config{})
			ann, bob := w.User("ann"), w.User("bob")
			s := w.Peer(ann, "home")
			as := link(w, s, ann, bob)
			return transporttest.SettingsFixture{
				As:    func(u collection.UserID) transport.SettingsSource { return as(u) },
				Owner: ann, Other: bob,
				Set: func(t *testing.T, settings transport.Settings) {
					labtest.Must(t, s.Author.SetSettings(t.Context(), settings))
				},
			}
		})
	})
}

func TestRosterKeeperSuite(t *testing.T) {
	byLink(t, func(t *testing.T, link link) {
		transporttest.RosterKeeper(t, func(t *testing.T) transporttest.RosterFixture {
			w := labtest.New(t, hub.Config{})
			ann, bob := w.User("ann"), w.User("bob")
			as := link(w, w.Peer(ann, "home"), ann, bob)
			return transporttest.RosterFixture{
				As:    func(u collection.UserID) transport.RosterKeeper { return as(u) },
				Owner: ann, Other: bob, Key: lab.UserKey(ann), Signer: lab.Signer,
			}
		})
	})
}

// TestRecipientSuite runs the suite on a peer that asks the hub, which leaves it to
// the author to tell.
func TestRecipientSuite(t *testing.T) {
	byLink(t, func(t *testing.T, link link) {
		transporttest.Recipient(t, func(t *testing.T) transporttest.RecipientFixture {
			w := labtest.New(t, hub.Config{})
			ann, bob, carol, mallory := w.User("ann"), w.User("bob"), w.User("carol"), w.User("mallory")
			s := w.Peer(bob, "bob")
			as := link(w, s, ann, bob, carol, mallory)
			return transporttest.RecipientFixture{
				As:    func(u collection.UserID) transport.Recipient { return as(u) },
				Owner: bob, Author: ann, Other: carol, Stranger: mallory,
				Signer: w.Peer(ann, "home").Signer,
				Offer: func(t *testing.T, c collection.Collection) {
					data, err := c.MarshalBinary()
					labtest.Must(t, err)
					_, err = w.Hub.Hub.As(ann).Share(t.Context(), transport.Share{Collection: data, Notifies: true})
					labtest.Must(t, err)
				},
				Heard: func(*testing.T) []notify.Notification { return s.Receives() },
			}
		})
	})
}
