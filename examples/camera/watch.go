package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
)

type watchWord struct {
	Folder string `arg:"" type:"existingdir" help:"The folder into which photos come."`
	people
	homeFlag
	Title string        `help:"The title of what is shared; the day and the camera's name if empty."`
	Every time.Duration `default:"2s" help:"How often to look. A file that has not changed since the last look is shared."`
}

// Run watches the folder until ctx ends.
func (w watchWord) Run(ctx context.Context, env program.Env, g *grammar) (err error) {
	c, err := open(env, g.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	fmt.Fprintf(env.Out, "Watching %s.\n", w.Folder)
	seen := map[string]look{}
	said := ""
	for ctx.Err() == nil {
		err := w.step(ctx, c, seen)
		if text := c.problem(ctx, err); text != said { // once, as long as it stays the same
			said = text
			if text != "" {
				fmt.Fprintln(env.Err, text)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(w.Every):
		}
	}
	return nil // it was told to stop
}

// problem says what could not be done for now.
func (c *camera) problem(ctx context.Context, err error) string {
	if err == nil || ctx.Err() != nil {
		return ""
	}
	return program.Trouble(err) + "; it is tried again"
}

// look is what was found of a file at the last look.
type look struct {
	size    int64
	changed time.Time
}

// step shares what has come, and hands over what the home does not have.
func (w watchWord) step(ctx context.Context, c *camera, seen map[string]look) error {
	ready, err := w.ready(c, seen)
	if err != nil {
		return err
	}
	if len(ready) > 0 {
		if err := c.begin(ctx, w.people, w.Title, ready); err != nil {
			return err
		}
	}
	err = c.shareAll(ctx)
	if slices.ContainsFunc(c.albums, func(a *album) bool { return !a.Synced }) {
		err = errors.Join(err, w.with(ctx, c, func(home transport.Home) error { return c.syncAll(ctx, home, false) }))
	}
	return err
}

// ready lists the files that were not shared yet and have not changed since the last look.
func (w watchWord) ready(c *camera, seen map[string]look) (ready []string, err error) {
	paths, err := program.Files(w.Folder)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || c.has(path, info) {
			continue // it has gone, or was shared
		}
		now := look{info.Size(), info.ModTime()}
		if seen[path] == now && now.size > 0 {
			ready = append(ready, path)
		}
		seen[path] = now
	}
	return ready, nil
}

// has reports whether a file was shared as it is.
func (c *camera) has(path string, info os.FileInfo) bool {
	return slices.ContainsFunc(c.albums, func(a *album) bool { return a.has(path, info) })
}
