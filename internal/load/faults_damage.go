package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// What is stored where something is damaged.
const (
	sound     = 10        // albums, besides those that are damaged
	largeSize = 100 << 10 // bytes of a thumbnail that has a file of its own
)

// victim is an album a part of which is damaged.
type victim struct {
	*acknowledged
	what   string
	size   int                 // of its thumbnails
	mark   func(*album) []byte // bytes that are only in what is damaged
	change func(file []byte, at int) []byte
}

// victims are an album whose record is damaged, and two of which a thumbnail is.
var victims = []victim{
	{what: "a bit of a collection flipped", size: thumbnailSize, mark: digestOf, change: flip},
	{what: "a bit of a thumbnail flipped", size: thumbnailSize, mark: middleOf(thumbnailSize), change: flip},
	{what: "the file of a thumbnail cut", size: largeSize, mark: middleOf(largeSize), change: cut},
}

// digestOf is what only the manifest has of an album's first item.
func digestOf(a *album) []byte {
	d, _ := a.collection.Digest(0, original)
	return d[:]
}

// middleOf is what only the thumbnail of an album's first item has.
func middleOf(size int) func(*album) []byte {
	return func(a *album) []byte {
		id, _ := a.collection.At(0)
		return thumbnailOf(id, size)[size/2:][:32]
	}
}

func flip(file []byte, at int) []byte {
	file[at+16] ^= 4
	return file
}

func cut(file []byte, at int) []byte { return file[:at] }

// damage damages some of what a hub has stored while it is stopped: that is found when it is
// read, and all else goes on.
func (p *place) damage(ctx context.Context) (measure.Results, error) {
	e := p.begin("damage")
	whole := make([]*acknowledged, sound)
	for i := range whole {
		var err error
		if whole[i], err = p.stored(ctx, thumbnailSize); err != nil {
			return nil, err
		}
	}
	damaged := make([]victim, len(victims))
	for i, v := range victims {
		var err error
		if v.acknowledged, err = p.stored(ctx, v.size); err != nil {
			return nil, err
		}
		damaged[i] = v
	}
	err := p.processes[0].stop() // after kill -9, what is damaged last looks as if it had not been written
	for _, v := range damaged {
		err = errors.Join(err, v.spoil(p.dir))
	}
	if err = errors.Join(err, p.boot(0)); err != nil {
		return nil, err
	}
	missed, failed := 0, 0
	for _, v := range damaged {
		if err := v.intact(ctx, p.client(0).as(p.members[faultWorkers]), v.size); !unavailable(err) {
			p.progress("%s, %s: %v", p.name, v.what, err)
			missed++
		}
	}
	for _, a := range whole {
		if err := a.intact(ctx, p.client(0).as(p.members[faultWorkers]), thumbnailSize); err != nil {
			p.progress("%s: beside what is damaged: %v", p.name, err)
			failed++
		}
	}
	nothing := func(context.Context) error { return nil }
	after, err := p.suffer(ctx, []hazard{{name: "work beside what is damaged", begin: nothing, end: nothing, harmless: true}})
	return append(measure.Results{
		measure.AtMost(fmt.Sprintf("%s, damaged, and not found when it is read, of %d", p.name, len(damaged)), float64(missed+len(e.wrong)), 0),
		measure.AtMost(fmt.Sprintf("%s, not damaged, and not read, of %d", p.name, len(whole)), float64(failed), 0),
	}, after...), err
}

// stored has an album stored at the hub.
func (p *place) stored(ctx context.Context, size int) (*acknowledged, error) {
	author := p.members[0]
	a, err := newAlbum(ctx, p.authority, author, plan{newItems(faultPhotos), size}, p.members[faultWorkers].user)
	if err != nil {
		return nil, err
	}
	to := p.client(0).as(author)
	if _, err := a.shareWith(ctx, to, a.all(), size); err != nil {
		return nil, err
	}
	_, err = a.completeAt(ctx, to)
	now := time.Now()
	return &acknowledged{a, now, now}, err
}

// spoil damages what a folder has of a victim.
func (v victim) spoil(dir string) error {
	mark, found := v.mark(v.album), false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		at := bytes.Index(file, mark)
		if at < 0 {
			return nil
		}
		for ; at >= 0; at = bytes.Index(file, mark) {
			file, found = v.change(file, at), true
		}
		return os.WriteFile(path, file, 0o600)
	})
	if err == nil && !found {
		err = fmt.Errorf("%s: nothing of it is found in %s", v.what, dir)
	}
	return err
}
