package cameraprogram

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
)

type watchWord struct {
	Folder string `arg:"" type:"existingdir" help:"The folder into which photos come."`
	people
	homeFlag
	cardFlag
	Title string        `help:"The title of what is shared; the day and the camera's name if empty."`
	Every time.Duration `default:"2s" help:"How often to look. A file that has not changed since the last look is shared."`
}

// Run watches the folder until ctx ends.
func (w watchWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	return with(env, g.Data, func(c *camera) error {
		if err := w.join(ctx, c); err != nil {
			return err
		}
		fmt.Fprintf(env.Out, "Watching %s.\n", w.Folder)
		w.watch(ctx, c)
		return nil // it was told to stop
	})
}

func (w watchWord) watch(ctx context.Context, c *camera) {
	seen := map[string]look{}
	said, hub, home := "", retry{first: w.Every}, retry{first: w.Every}
	for ; ctx.Err() == nil; wait(ctx, w.Every) {
		err := w.take(ctx, c, seen)
		err = errors.Join(err, hub.do(time.Now, func() error { return c.shareAll(ctx) }))
		err = errors.Join(err, home.do(time.Now, func() error { return w.sync(ctx, c) }))
		if text := c.problem(ctx, err); text != said { // once, as long as it stays the same
			said = text
			if text != "" {
				fmt.Fprintln(c.env.Err, text)
			}
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// longest is the longest pause between two tries to reach a hub or a home that does not answer.
const longest = time.Minute

// retry is something that is tried again and again and, where it fails, after pauses that grow.
type retry struct {
	first, pause time.Duration
	at           time.Time // when it is due
	err          error     // of the last try
}

// do tries it if it is due. The error is that of the last try.
func (r *retry) do(now func() time.Time, try func() error) error {
	if now().Before(r.at) {
		return r.err
	}
	r.err = try()
	if r.pause = min(max(2*r.pause, r.first), max(longest, r.first)); r.err == nil {
		r.pause = 0
	}
	r.at = now().Add(r.pause)
	return r.err
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

// take begins with what has come.
func (w watchWord) take(ctx context.Context, c *camera, seen map[string]look) error {
	ready, err := w.ready(c, seen)
	if err == nil && len(ready) > 0 {
		err = c.begin(ctx, w.people, w.Title, w.in(w.Folder), ready)
	}
	return err
}

// sync hands over what the home does not have.
func (w watchWord) sync(ctx context.Context, c *camera) error {
	if !slices.ContainsFunc(c.albums, func(a *album) bool { return !a.Synced }) {
		return nil
	}
	return w.with(ctx, c, func(home transport.Home) error { return c.syncAll(ctx, home, false) })
}

// ready lists the files that were not shared yet and have not changed since the last look.
func (w watchWord) ready(c *camera, seen map[string]look) (ready []string, err error) {
	found, err := find.Files(w.Folder)
	if err != nil {
		return nil, err
	}
	for _, path := range found.Paths() {
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
