package hub_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// byLink runs a suite on a hub, in process and over HTTP: as link reaches it for the
// user of a camera.
func byLink(t *testing.T, suite func(t *testing.T, link func(*labtest.World, *labtest.Camera) transport.Hub)) {
	t.Run("in process", func(t *testing.T) {
		suite(t, func(w *labtest.World, c *labtest.Camera) transport.Hub { return w.Hub.Hub.As(c.User) })
	})
	t.Run("over HTTP", func(t *testing.T) {
		suite(t, func(_ *labtest.World, c *labtest.Camera) transport.Hub { return c.ToHub() })
	})
}

func TestRemoteVerifierSuite(t *testing.T) {
	byLink(t, func(t *testing.T, link func(*labtest.World, *labtest.Camera) transport.Hub) {
		transporttest.RemoteVerifier(t, func(t *testing.T) transporttest.VerifierFixture {
			w := labtest.New(t, hub.Config{})
			cam := w.Camera(w.User("ann"), 0)
			return transporttest.VerifierFixture{
				RemoteVerifier: link(w, cam),
				Signer:         cam.Signer, Authority: w.Hub.Signer, Stranger: lab.Signer("stranger"),
				User: cam.User, Key: collection.KeyID(cam.Signer.Public().ID()),
			}
		})
	})
}

func TestIDAllocatorSuite(t *testing.T) {
	byLink(t, func(t *testing.T, link func(*labtest.World, *labtest.Camera) transport.Hub) {
		transporttest.IDAllocator(t, func(t *testing.T) transport.IDAllocator {
			w := labtest.New(t, hub.Config{})
			return link(w, w.Camera(w.User("ann"), 0))
		})
	})
}

func TestKeyNewsSuite(t *testing.T) {
	byLink(t, func(t *testing.T, link func(*labtest.World, *labtest.Camera) transport.Hub) {
		transporttest.KeyNewsSource(t, func(t *testing.T) transporttest.KeyNewsFixture {
			w := labtest.New(t, hub.Config{})
			f := transporttest.KeyNewsFixture{Stranger: collection.UserID{9}, Authority: w.Authority()}
			stations := map[collection.UserID][]*lab.Station{}
			for _, name := range []string{"ann", "bob", "carol"} {
				user := w.User(name)
				f.Users = append(f.Users, user)
				stations[user] = []*lab.Station{w.Peer(user, name).Station, w.Peer(user, name+"'s other").Station}
			}
			keys := new(signature.Keyring)
			labtest.Must(t, keys.AddAuthority(w.Hub.Hub.PublicKey()))
			f.Verifier, f.KeyNewsSource = keys, link(w, w.Camera(f.Users[0], 0))
			f.Stop = func(t *testing.T, user collection.UserID) {
				w.Revokes(stations[user][0])
				stations[user] = stations[user][1:]
			}
			return f
		})
	})
}

func TestRosterKeeperSuite(t *testing.T) {
	byLink(t, func(t *testing.T, link func(*labtest.World, *labtest.Camera) transport.Hub) {
		transporttest.RosterKeeper(t, func(t *testing.T) transporttest.RosterFixture {
			w := labtest.New(t, hub.Config{})
			ann, bob := w.Camera(w.User("ann"), 0), w.Camera(w.User("bob"), 0)
			as := map[collection.UserID]transport.RosterKeeper{ann.User: link(w, ann), bob.User: link(w, bob)}
			return transporttest.RosterFixture{
				As:    func(user collection.UserID) transport.RosterKeeper { return as[user] },
				Owner: ann.User, Other: bob.User, Key: lab.UserKey(ann.User), Signer: lab.Signer,
			}
		})
	})
}

func TestHubSuite(t *testing.T) {
	byLink(t, func(t *testing.T, link func(*labtest.World, *labtest.Camera) transport.Hub) {
		transporttest.Hub(t, func(t *testing.T) transporttest.HubFixture {
			w := labtest.New(t, hub.Config{})
			users := map[collection.UserID]*labtest.Camera{}
			user := func(name string) collection.UserID {
				c := w.Camera(w.User(name), 0)
				users[c.User] = c
				return c.User
			}
			f := transporttest.HubFixture{
				As:     func(u collection.UserID) transport.Hub { return link(w, users[u]) },
				Author: user("ann"), Reader: user("bob"), Stranger: user("mallory"), Authority: w.Authority(),
				Serve: func(by collection.UserID, o transport.Originals) transport.Source {
					w.Net.Serve("served", users[by].Key(), httplink.PeerHandler(serves{originals: o}, httplink.HandlerOptions{Who: anybody{}}))
					return lab.SourceAt(users[by].Station, w.Net.URL("served"))
				},
			}
			f.Signer = users[f.Author].Signer
			return f
		})
	})
}

// serves is a peer that serves originals to everybody, and nothing else.
type serves struct {
	transport.PeerServer
	transport.Home
	originals transport.Originals
}

func (s serves) As(transport.Identity) transport.Home { return s }

func (s serves) Running() context.Context { return context.Background() }

func (s serves) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	return s.originals.Original(ctx, ref, offset, n)
}

// anybody lets everybody in.
type anybody struct{}

func (anybody) Authenticate(*http.Request) (transport.Identity, error) {
	return transport.Identity{}, nil
}
