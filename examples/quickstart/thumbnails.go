package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/media"
)

// The boxes in pixels that the partial versions fit.
var (
	thumbnailBox = media.Box{W: 160, H: 120}
	screenBox    = media.Box{W: 640, H: 480}
)

// patience is how long one thumbnail may take: ffmpeg may wait long for the first
// frame of a film that is damaged.
const patience = time.Minute

var errPatience error = tooLong{}

// tooLong says that a thumbnail took longer than that.
type tooLong struct{}

// Error implements error.
func (tooLong) Error() string { return fmt.Sprintf("ffmpeg took longer than %v", patience) }

// Unwrap returns what the errors of package media wrap: no thumbnail can be made.
func (tooLong) Unwrap() error { return errors.ErrUnsupported }

// taken is what the camera made of the files that it was given.
type taken struct {
	photos  []photo
	bad     []skipped // cannot be read
	generic []skipped // are shared without a thumbnail
}

// takePhotos makes the ids and thumbnails of files, several at once, as many as
// fit the budget of media.Maker. Only what cannot be read is left out.
func (c *camera) takePhotos(ctx context.Context, files []found) (all taken, err error) {
	if err := os.MkdirAll(filepath.Join(c.dir, "thumbnails"), 0o700); err != nil {
		return all, err
	}
	var mu sync.Mutex
	made := make([]photo, len(files))
	failed := make([]error, len(files))
	var done int64
	err = each(ctx, len(files), runtime.GOMAXPROCS(0)+1, func(ctx context.Context, i int) (err error) {
		made[i], failed[i], err = c.takePhoto(ctx, files[i])
		mu.Lock()
		defer mu.Unlock()
		done++
		c.stage.timeline.progress("thumbnails", done, int64(len(files)), number)
		return err
	})
	if err != nil {
		return all, err
	}
	for i, f := range files {
		switch why := failed[i]; {
		case made[i].id.IsZero():
			all.bad = append(all.bad, skipped{f.name, reason(why)})
			continue
		case why != nil:
			all.generic = append(all.generic, skipped{f.name, reason(why)})
		}
		all.photos = append(all.photos, made[i])
	}
	return all, nil
}

// takePhoto makes a photo of a file, with a thumbnail and its preview if there can be
// one. A file
// that cannot be read is no photo; why says what is the matter with it. Other
// errors concern the camera itself.
func (c *camera) takePhoto(ctx context.Context, f found) (p photo, why, err error) {
	stat, err := os.Stat(f.path)
	if err != nil {
		return photo{}, err, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errPatience)
	defer cancel()
	info, picture, why := c.thumbnail(ctx, f)
	if late := context.Cause(ctx); late != nil && late != errPatience {
		return photo{}, nil, late
	} else if late != nil && why != nil {
		why = &media.Error{MediaType: info.MediaType, Kind: errPatience}
	}
	if why != nil && (!errors.Is(why, errors.ErrUnsupported) || errors.Is(why, media.ErrEmpty)) {
		return photo{}, why, nil
	}
	p = photo{
		id: newItemID(), name: device.Caption(filepath.ToSlash(f.name)), path: f.path,
		mediaType: info.MediaType, size: stat.Size(), changed: stat.ModTime(),
	}
	if why != nil {
		return p, why, nil
	}
	if p.preview, err = (media.Picture{JPEG: picture}).Preview(); err != nil {
		return photo{}, nil, err
	}
	p.thumbnailPath = c.thumbnailFile(p.id)
	return p, nil, os.WriteFile(p.thumbnailPath, picture, 0o600)
}

// thumbnail makes the thumbnail of a picture or a film. Of all other files nothing
// shows more than an icon.
func (c *camera) thumbnail(ctx context.Context, f found) (media.Info, []byte, error) {
	info, pictures, err := c.maker.File(ctx, f.path, thumbnailBox)
	switch {
	case err == nil:
		return info, pictures[0].JPEG, nil
	case errors.Is(err, media.ErrFormat) && isDocument(info.MediaType):
		return info, c.icon(typeName(f.name, info.MediaType)), nil
	}
	return info, nil, err
}

// icon draws the icon for a type of document, once.
func (c *camera) icon(name string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	drawn, ok := c.icons[name]
	if !ok {
		drawn = c.maker.Icon(name, thumbnailBox).JPEG
		c.icons[name] = drawn
	}
	return drawn
}
