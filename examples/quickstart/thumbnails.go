package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/glimpse-go/glimpse/transport/media"
)

// The boxes in pixels that the partial versions fit.
var (
	thumbnailBox = media.Box{W: 160, H: 120}
	screenBox    = media.Box{W: 640, H: 480}
)

// skipped is a file that cannot be shared, and why.
type skipped struct{ name, why string }

// takePhotos makes the ids and thumbnails of pictures, several at once, as many
// as fit the budget of media.Maker. What is no readable picture is skipped.
func (c *camera) takePhotos(ctx context.Context, files []found) (photos []photo, bad []skipped, err error) {
	if err := os.MkdirAll(filepath.Join(c.dir, "thumbnails"), 0o700); err != nil {
		return nil, nil, err
	}
	var maker media.Maker
	var mu sync.Mutex
	made := make([]photo, len(files))
	why := make([]string, len(files))
	var done int64
	err = each(ctx, len(files), runtime.GOMAXPROCS(0)+1, func(ctx context.Context, i int) error {
		p, err := c.takePhoto(ctx, &maker, files[i])
		mu.Lock()
		defer mu.Unlock()
		done++
		c.stage.timeline.progress("thumbnails", done, int64(len(files)), number)
		if errors.As(err, new(*media.Error)) && ctx.Err() == nil {
			why[i] = reason(err)
			return nil
		}
		made[i] = p
		return err
	})
	for i, f := range files {
		if why[i] != "" {
			bad = append(bad, skipped{f.name, why[i]})
			continue
		}
		photos = append(photos, made[i])
	}
	return photos, bad, err
}

func (c *camera) takePhoto(ctx context.Context, maker *media.Maker, f found) (photo, error) {
	blob, err := openFile(f.path)
	if err != nil {
		return photo{}, &media.Error{Name: f.name, Err: err}
	}
	defer blob.Close()
	info, pictures, err := maker.Make(ctx, blob, blob.Size(), thumbnailBox)
	if err != nil {
		return photo{}, err
	}
	p := photo{id: newItemID(), name: f.name, path: f.path, mediaType: info.MediaType, size: blob.Size(), width: info.Width, height: info.Height}
	p.thumbnailPath = c.thumbnailFile(p.id)
	return p, os.WriteFile(p.thumbnailPath, pictures[0].JPEG, 0o600)
}

// reason says in a few words why a file is no picture that can be shared.
func reason(err error) string {
	var e *media.Error
	errors.As(err, &e)
	switch {
	case errors.Is(err, media.ErrFormat) && e.MediaType != "":
		return "not a picture but " + e.MediaType
	case e.Kind != nil:
		return e.Kind.Error()
	}
	return plain(e.Err)
}
