// Package labtest is package lab for the tests of the roles: what fails ends the
// test, and everything ends with it. Methods that say what somebody does, such as
// [Camera.Shares], return no error.
package labtest

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// World is a hub and stations around it that share nothing but the network.
type World struct {
	*lab.World
	T       *testing.T
	cfg     hub.Config
	wires   map[string]*Wire
	between map[string]Between
	names   map[collection.UserID]string
	keys    int // how many stations have been made
	peers   []*Peer
}

// Between stands between a station and the network.
type Between func(r *http.Request, network http.RoundTripper) (*http.Response, error)

// New makes a world whose stations call one another in process.
func New(t *testing.T, cfg hub.Config) *World {
	return On(t, lab.NewNetwork(1, lab.Faults{}), cfg)
}

// NoHub makes a world without a hub, and peers of users of these names that know one
// another's keys. A user's camera has the same key.
func NoHub(t *testing.T, names ...string) (w *World, peers []*Peer) {
	return NoHubOn(t, lab.NewNetwork(1, lab.Faults{}), names...)
}

// NoHubOn is NoHub on any network.
func NoHubOn(t *testing.T, net lab.Net, names ...string) (w *World, peers []*Peer) {
	w = emptyWorld(t, net)
	users := make([]collection.UserID, len(names))
	for i, name := range names {
		users[i] = w.User(name)
	}
	for i, name := range names {
		peers = append(peers, w.Peer(users[i], name))
	}
	return w, peers
}

// Listening makes a world of listeners: for tests of what is under way at the same
// time, or streams.
func Listening(t *testing.T, cfg hub.Config) *World {
	net := new(lab.Listeners)
	t.Cleanup(net.Close)
	return On(t, net, cfg)
}

// shortly is how long who asks for news waits for them.
const shortly = time.Millisecond

func emptyWorld(t *testing.T, net lab.Net) *World {
	w := &World{
		World: lab.NewWorld(1, net), T: t, wires: map[string]*Wire{},
		between: map[string]Between{}, names: map[collection.UserID]string{},
	}
	w.Wrap = func(from string, network http.RoundTripper) http.RoundTripper {
		return counting{w.Wire(from), func(r *http.Request) (*http.Response, error) {
			if b := w.between[from]; b != nil {
				return b(r, network)
			}
			return network.RoundTrip(r)
		}}
	}
	return w
}

// On makes a world on any network.
func On(t *testing.T, net lab.Net, cfg hub.Config) *World {
	w := emptyWorld(t, net)
	if cfg.Wait == 0 {
		cfg.Wait = shortly
	}
	w.cfg, w.Hub = cfg, w.NewStation("hub", collection.UserID{})
	if cfg.Store != nil {
		w.Hub.Store = cfg.Store
	}
	w.Restart(w.Hub.Store)
	t.Cleanup(func() { Must(t, w.Hub.Close(context.Background())) })
	return w
}

// Must ends a test at an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Put puts something between a station and the network; nil = nothing any more.
func (w *World) Put(station string, between Between) { w.between[station] = between }

// Wire counts what a station sends.
func (w *World) Wire(station string) *Wire {
	if w.wires[station] == nil {
		w.wires[station] = new(Wire)
	}
	return w.wires[station]
}

// User registers a user, who has a mail address if there is a hub.
func (w *World) User(name string) collection.UserID {
	user := collection.UserID{byte(len(w.names) + 1)}
	if w.Hub != nil {
		var err error
		user, err = w.Register(w.T.Context(), name)
		Must(w.T, err)
	}
	w.names[user] = name
	return user
}

// station makes a station with a key of its own. If there is a hub that has registered
// its user, it knows the key.
func (w *World) station(user collection.UserID, name string) *lab.Station {
	s := w.NewStation(name, user)
	if w.Hub == nil {
		s.Signer = lab.Signer(w.names[user])
		return s
	}
	w.keys++
	s.Signer = lab.Signer(fmt.Sprint("station ", w.keys))
	if _, err := w.Hub.Hub.Accounts().Person(w.T.Context(), user); err == nil {
		Must(w.T, s.Enroll(w.T.Context()))
	}
	return s
}
