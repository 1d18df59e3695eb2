package device

import (
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Named is Media whose items a device knows by names of its own, such as file
// names. In a collection an item's id is made from the collection's id and the
// name (collection.DeriveItemID), so that every station that has the two names the item
// alike: the camera, the reader of its card, and whoever was handed the list.
// It is safe for concurrent use if its function is.
type Named struct {
	open  func(ctx context.Context, name string, version int) (transport.Blob, error)
	mu    sync.RWMutex
	names map[collection.ItemID]string
}

// NewNamed makes Named of a function that opens versions as Media does.
func NewNamed(open func(ctx context.Context, name string, version int) (transport.Blob, error)) *Named {
	return &Named{open: open, names: map[collection.ItemID]string{}}
}

// Items returns the items for a collection with this id, whose versions can be
// opened from then on. After a restart it is called again.
func (n *Named) Items(id collection.ID, names ...string) []collection.Item {
	n.mu.Lock()
	defer n.mu.Unlock()
	items := make([]collection.Item, len(names))
	for i, name := range names {
		items[i].ID = collection.DeriveItemID(id, []byte(name))
		n.names[items[i].ID] = name
	}
	return items
}

// Open implements Media.
func (n *Named) Open(ctx context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	n.mu.RLock()
	name, ok := n.names[item]
	n.mu.RUnlock()
	if !ok {
		return nil, transport.At(transport.ErrNotFound, item.String())
	}
	return n.open(ctx, name, version)
}
