package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// maxWalk is how many collections one walk visits at most.
const maxWalk = 4096

// Walk visits a collection and its sub-collections, such as those of several
// cameras at one event, each before its own ones, at the given depth below the
// first. Those that are not known here are asked for. Each has its own author,
// labels and rights, and who may read one may not therefore read another: v is
// nil for one that this user may not read or that is not there. An error of visit
// ends the walk and is returned; so are collection.ErrCycle, collection.ErrDepth,
// and errors of the store.
func (p *Reader) Walk(ctx context.Context, name collection.Name, visit func(depth int, name collection.Name, v *View) error) error {
	return p.drain.Do(func() error {
		first, err := p.View(ctx, name)
		if err != nil {
			return err
		}
		w := walk{p, map[collection.Name]*View{name: first}}
		return first.Collection().Walk(maxWalk,
			func(name collection.Name) (collection.Collection, error) { return w.get(ctx, name) },
			func(depth int, c collection.Collection) error { return visit(depth, c.Name(), w.views[c.Name()]) })
	})
}

type walk struct {
	*Reader
	views map[collection.Name]*View
}

// get returns a collection, or one without items in the place of one that cannot
// be read.
func (w walk) get(ctx context.Context, name collection.Name) (collection.Collection, error) {
	v, ok := w.views[name]
	if !ok {
		var err error
		if v, err = w.find(ctx, name); err != nil {
			return collection.Collection{}, err
		}
		w.views[name] = v
	}
	if v == nil {
		return collection.New(collection.Header{ID: name.ID, Author: name.Author}, collection.Body{})
	}
	return v.Collection(), nil
}

// find views a collection, and asks for it if it is not known; nil if it is not
// to be had.
func (w walk) find(ctx context.Context, name collection.Name) (*View, error) {
	v, err := w.View(ctx, name)
	if errors.Is(err, transport.ErrNotFound) {
		if err = w.refresh(ctx, name); err == nil {
			v, err = w.View(ctx, name)
		}
	}
	if err != nil && (elsewhere(err) || errors.Is(err, transport.ErrSeal)) {
		return nil, nil
	}
	return v, err
}
