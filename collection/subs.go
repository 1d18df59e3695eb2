package collection

import (
	"errors"
	"fmt"
)

// MaxDepth is how deep sub-collections may be nested below a collection.
const MaxDepth = 8

// The refusals of Walk.
var (
	// ErrDepth is a sub-collection deeper than MaxDepth.
	ErrDepth = errors.New("sub-collections too deep")
	// ErrCycle is a collection that is, through others, its own sub-collection.
	ErrCycle = errors.New("sub-collections form a cycle")
)

// Walk visits c and its sub-collections, each before its own ones, at the given
// depth below c. get finds a collection by name, visit is told what was found;
// an error of either ends the walk and is returned. A collection that is
// reached in two ways is visited once for each, and at most limit
// visits are made. Errors: ErrDepth, ErrCycle, ErrLimit.
func (c Collection) Walk(limit int, get func(Name) (Collection, error), visit func(depth int, c Collection) error) error {
	w := walk{get: get, visit: visit, left: limit}
	return w.step(c)
}

type walk struct {
	get   func(Name) (Collection, error)
	visit func(int, Collection) error
	path  []Name
	left  int
}

func (w *walk) step(c Collection) error {
	if w.left--; w.left < 0 {
		return fmt.Errorf("walk: %w", ErrLimit)
	}
	if err := w.visit(len(w.path), c); err != nil {
		return err
	}
	w.path = append(w.path, c.Name())
	defer func() { w.path = w.path[:len(w.path)-1] }()
	for name := range c.Subs() {
		if err := w.down(name); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) down(name Name) error {
	for _, above := range w.path {
		if above == name {
			return fmt.Errorf("walk: %w: %v", ErrCycle, name)
		}
	}
	if len(w.path) > MaxDepth {
		return fmt.Errorf("walk: %w: %v", ErrDepth, name)
	}
	sub, err := w.get(name)
	if err != nil {
		return err
	}
	if sub.Name() != name {
		return fmt.Errorf("walk: %w: %v instead of %v", ErrOtherCollection, sub.Name(), name)
	}
	return w.step(sub)
}
