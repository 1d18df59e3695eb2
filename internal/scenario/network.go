package scenario

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// Network is how the stations of a world reach each other, and where they keep
// what they must not forget.
type Network interface {
	connect() lab.Net
	// open returns a station's store.
	open(station string) (transport.Store, error)
	// Close ends what listens, and closes the stores.
	Close() error
}

// InProcess connects stations within the process, without connections. Stores are
// in memory.
type InProcess struct{ stores map[string]*memstore.Store }

func (n *InProcess) connect() lab.Net { return lab.NewNetwork(0, lab.Faults{}) }

func (n *InProcess) open(station string) (transport.Store, error) {
	if n.stores == nil {
		n.stores = map[string]*memstore.Store{}
	}
	if n.stores[station] == nil {
		n.stores[station] = new(memstore.Store)
	}
	return n.stores[station], nil
}

// Close implements Network.
func (n *InProcess) Close() error { return nil }

// OverHTTP connects stations over HTTP on this computer. Stores are files below
// Dir.
type OverHTTP struct {
	Dir string

	listeners lab.Listeners
	stores    map[string]*filestore.Store
}

func (n *OverHTTP) connect() lab.Net { return &n.listeners }

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

// Close implements Network.
func (n *OverHTTP) Close() error {
	n.listeners.Close()
	var failed []error
	for _, s := range n.stores {
		failed = append(failed, s.Close())
	}
	return errors.Join(failed...)
}
