package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/vips"
)

// engine is an engine of package media and what is asked of it.
type engine struct {
	name string
	own  media.Engine // nil: the pure Go one, that every Maker has
	// slower is how many times vipsthumbnail's time it may take.
	slower float64
	// always: it makes the thumbnail of every picture, however large.
	always bool
}

// engines returns those that were built in, and notes which was not.
func engines(notes io.Writer) ([]engine, error) {
	list := []engine{{name: "pure Go", slower: 4}}
	own, err := vips.New()
	if errors.Is(err, vips.ErrNotBuilt) {
		fmt.Fprintln(notes, "libvips is not measured:", err)
		return list, nil
	}
	return append(list, engine{name: "libvips", own: own, slower: 1.2, always: true}), err
}

// engineOf returns the engine of that name.
func engineOf(name string) (engine, error) {
	list, err := engines(io.Discard)
	for _, e := range list {
		if e.name == name && err == nil {
			return e, nil
		}
	}
	return engine{}, errors.Join(err, fmt.Errorf("there is no engine %q", name))
}

// usual returns the Maker that a program has that uses the engine: what the
// engine does not make, the pure Go one may.
func (e engine) usual() *media.Maker {
	m := &media.Maker{}
	if e.own != nil {
		m.Engines = []media.Engine{e.own}
	}
	return m
}

// maker makes versions with one engine only. It must not be used by several
// goroutines at once.
type maker struct {
	m     media.Maker
	alone *alone // nil for the pure Go engine
}

func (e engine) maker(quality int) *maker {
	k := &maker{m: media.Maker{Quality: quality}}
	if e.own != nil {
		k.alone = &alone{Engine: e.own}
		k.m.Engines = []media.Engine{k.alone}
	}
	return k
}

// file makes the versions of one file.
func (k *maker) file(ctx context.Context, path string, boxes ...media.Box) ([]media.Picture, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if k.alone != nil {
		k.alone.failed = nil
	}
	_, pictures, err := k.m.Make(ctx, f, stat.Size(), boxes...)
	if err == nil && k.alone != nil {
		err = k.alone.failed
	}
	return pictures, err
}

// alone remembers that an engine failed, after which a Maker asks the pure Go
// one: that one's picture must not be taken for this one's.
type alone struct {
	media.Engine
	failed error
}

func (a *alone) Cost(job media.Job) (int64, error) {
	cost, err := a.Engine.Cost(job)
	if err == nil && cost > job.Budget {
		a.failed = media.ErrTooLarge
	}
	return cost, a.keep(err)
}

func (a *alone) Make(ctx context.Context, job media.Job) ([]media.Picture, error) {
	pictures, err := a.Engine.Make(ctx, job)
	return pictures, a.keep(err)
}

func (a *alone) keep(err error) error {
	if err != nil {
		a.failed = err
	}
	return err
}
