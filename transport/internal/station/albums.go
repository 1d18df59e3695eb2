package station

import (
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
)

// maxAlbums is of how many collections the albums are remembered.
const maxAlbums = 1 << 16

// albums remembers albums as they were found last. The zero albums are none.
type albums struct {
	mu sync.Mutex
	of map[collection.Name]album
}

func (a *albums) get(of collection.Name) album {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.of[of]
}

// put remembers an album for all that are in it, and for the collection whose it is. Where it
// is too much together, all else is forgotten.
func (a *albums) put(found album, of collection.Name) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil || len(a.of) >= maxAlbums {
		a.of = map[collection.Name]album{}
	}
	a.of[of] = found
	for _, name := range slices.Concat(found.heads, found.replaced) {
		a.of[name] = found
	}
}
