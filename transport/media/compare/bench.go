package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// bench is where everything is measured.
type bench struct {
	options
	tools
	engines []engine
	dir     string // temporary
	photos  []photo
	notes   io.Writer
}

// open finds the programs, the engines and the photos.
func open(ctx context.Context, o options, notes io.Writer) (*bench, error) {
	t, err := findTools()
	if err != nil {
		return nil, err
	}
	list, err := engines(notes)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "glimpse-compare-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, tools: t, engines: list, dir: dir, notes: notes}
	if err := b.gather(ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) close() error { return os.RemoveAll(b.dir) }

// gather finds or draws the photos.
func (b *bench) gather(ctx context.Context) (err error) {
	var files []string
	if b.options.photos != "" {
		files, err = b.inFolder()
	} else {
		files, err = b.drawAll(ctx)
	}
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there is no picture that can be compared in %s", b.options.photos)
	}
	if err != nil {
		return err
	}
	return b.link(files)
}

func (b *bench) note(format string, a ...any) { fmt.Fprintf(b.notes, format+"\n", a...) }

// folder makes a new folder in the temporary one.
func (b *bench) folder(name string) (string, error) {
	dir := filepath.Join(b.dir, name)
	return dir, os.MkdirAll(dir, 0o700)
}
