package transporttest_test

import (
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// TestSmallestLink: the link of the guide is one.
func TestSmallestLink(t *testing.T) {
	transporttest.Hub(t, func(t *testing.T) transporttest.HubFixture {
		w := labtest.New(t, hub.Config{})
		users := map[collection.UserID]*labtest.Camera{}
		user := func(name string) collection.UserID {
			c := w.Camera(w.User(name), 0)
			users[c.User] = c
			return c.User
		}
		f := transporttest.HubFixture{
			As:     func(u collection.UserID) transport.Hub { return over(tokens{w.Hub.Hub}, u.String()) },
			Author: user("ann"), Reader: user("bob"), Stranger: user("mallory"), Authority: w.Authority(),
			Serve: func(by collection.UserID, o transport.Originals) transport.Source {
				w.Net.Serve("served", users[by].Key(), httplink.PeerHandler(serves{originals: o}, httplink.HandlerOptions{Who: anybody{}}))
				return lab.SourceAt(users[by].Station, w.Net.URL("served"))
			},
		}
		f.Signer = users[f.Author].Signer
		return f
	})
}

// over is a client of a hub over the smallest link.
func over(h transport.HubServer, token string) transport.Hub {
	return client{token: token, dial: func(ctx context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		go serveCall(h.Running(), far, h)
		return near, nil
	}}
}

// tokens is a hub whose tokens are the ids of users.
type tokens struct{ transport.HubServer }

func (t tokens) UserOf(_ context.Context, token string) (user collection.UserID, err error) {
	if user.UnmarshalText([]byte(token)) != nil {
		err = transport.ErrUnauthenticated
	}
	return user, err
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
