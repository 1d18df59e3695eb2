package scenario

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// Network is how the stations of a world reach each other, and where they keep
// what they must not forget.
type Network interface {
	// open returns a station's store.
	open(station string) (transport.Store, error)
	// listen returns the address of a station.
	listen(*station) string
	// hub, link and home connect a station with the hub, with a peer's local link
	// and with what a peer serves.
	hub(*station) transport.Hub
	link(from, to *station) transport.ShareReceiver
	home(from, to *station) transport.Home
	// recipient is where a peer takes notifications for its user.
	recipient(from, to *station) transport.Recipient
	// greet returns an error if a peer does not know who calls.
	greet(from, to *station) error
	// Close ends what listens, and closes the stores.
	Close() error
}

// InProcess connects stations without a network. Every message is written and
// read all the same. Stores are in memory.
type InProcess struct{ stores map[string]*memstore.Store }

func (n *InProcess) open(station string) (transport.Store, error) {
	if n.stores == nil {
		n.stores = map[string]*memstore.Store{}
	}
	if n.stores[station] == nil {
		n.stores[station] = new(memstore.Store)
	}
	return n.stores[station], nil
}

func (n *InProcess) listen(s *station) string { return "process:" + s.name }

func (n *InProcess) hub(s *station) transport.Hub {
	return newDirectHub(func() transport.Hub { return s.w.hub.As(s.user) })
}

func (n *InProcess) link(from, to *station) transport.ShareReceiver {
	return directStation(func() transport.ShareReceiver { return to.peer.Link(from.user) })
}

func (n *InProcess) home(from, to *station) transport.Home {
	return newDirectHome(func() transport.Home {
		if from.user.IsZero() {
			return to.peer.Authority(from.w.authority())
		}
		return to.peer.Home(from.user)
	})
}

func (n *InProcess) recipient(from, to *station) transport.Recipient {
	return directRecipient(func() transport.Recipient { return to.peer.Recipient(from.user) })
}

// greet shows the caller's key statement and has a seal of the caller verified,
// as a request over HTTP does.
func (n *InProcess) greet(from, to *station) error {
	from.showKey(to)
	const typ = "application/glimpse.request"
	seal, err := from.signer.Sign(from.w.ctx, typ, []byte(to.name))
	if err != nil {
		return err
	}
	user, _, err := to.keys.Verify(from.w.ctx, typ, []byte(to.name), seal, from.w.now())
	if err != nil || user != from.user {
		return transport.ErrUnauthenticated
	}
	return nil
}

// Close implements Network.
func (n *InProcess) Close() error { return nil }

// OverHTTP connects stations over HTTP on this computer. Stores are files below
// Dir.
type OverHTTP struct {
	Dir string

	servers []*httptest.Server
	stores  map[string]*filestore.Store
	address map[string]string
}

func (n *OverHTTP) open(station string) (transport.Store, error) {
	if s := n.stores[station]; s != nil {
		if err := s.Close(); err != nil {
			return nil, err
		}
	}
	if n.stores == nil {
		n.stores = map[string]*filestore.Store{}
	}
	dir := filepath.Join(n.Dir, station)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s, err := filestore.Open(dir)
	n.stores[station] = s
	return s, err
}

func (n *OverHTTP) listen(s *station) string {
	if n.address == nil {
		n.address = map[string]string{}
	}
	if n.address[s.name] == "" {
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { s.handler().ServeHTTP(rw, r) }))
		n.servers = append(n.servers, server)
		n.address[s.name] = server.URL
	}
	return n.address[s.name]
}

func (n *OverHTTP) hub(s *station) transport.Hub {
	return httplink.NewClient(s.w.hubStation.address, httplink.Bearer(s.token), httplink.Options{})
}

func (n *OverHTTP) client(from, to *station) *httplink.Client {
	caller := httplink.Caller{User: from.user, Signer: from.signer, Statement: from.statement, Now: from.w.now}
	return httplink.NewClient(to.address, httplink.Sealed(caller, to.user), httplink.Options{})
}

func (n *OverHTTP) link(from, to *station) transport.ShareReceiver { return n.client(from, to) }

func (n *OverHTTP) home(from, to *station) transport.Home { return n.client(from, to) }

func (n *OverHTTP) recipient(from, to *station) transport.Recipient { return n.client(from, to) }

// greet does nothing: every request is sealed.
func (n *OverHTTP) greet(_, _ *station) error { return nil }

// Close implements Network.
func (n *OverHTTP) Close() error {
	for _, s := range n.servers {
		s.Close()
	}
	var failed []error
	for _, s := range n.stores {
		failed = append(failed, s.Close())
	}
	return errors.Join(failed...)
}
