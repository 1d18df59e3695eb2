package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
)

// The versions of every item: the places in label.DefaultLadder.
const (
	thumbnail = iota
	screen
	original
)

// camera is the light device. It has photos on its card, and makes their ids and
// thumbnails. It calls others and is never called.
type camera struct {
	station
	card   mediafiles.Folder
	photos map[collection.ItemID]photo

	device *device.Device
	hub    transport.Hub
	name   collection.Name // of the collection that it has made

	mu      sync.Mutex
	unshown map[collection.ItemID]error  // why there is no thumbnail
	lost    map[collection.ItemID]remark // originals that were gone later
}

// photo is a file on the card: a photo, a film or a document.
type photo struct {
	collection.Item
	size int64 // bytes
}

func newCamera(s *stage) (c *camera, err error) {
	c = &camera{photos: map[collection.ItemID]photo{}, unshown: map[collection.ItemID]error{}, lost: map[collection.ItemID]remark{}}
	c.station, err = s.station("camera")
	c.card.Maker = new(media.Maker)
	s.options.equip(c.card.Maker)
	c.card.Unshown = func(id collection.ItemID, why error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.unshown[id] = why
	}
	return c, err
}

// join begins with its owner's account at the hub.
func (c *camera) join(ctx context.Context) error {
	store, err := c.store(ctx, openFiles)
	if err != nil {
		return err
	}
	signer, err := c.account.Signer()
	if err != nil {
		return err
	}
	c.device = device.New(c.account.User, signer, device.MediaFunc(c.open), device.Config{Store: store, Authority: c.account.Authority.ID()})
	c.hub, err = httplink.HubOf(c.account, httplink.Options{HTTP: c.stage.network.client("camera")})
	return err
}

// takePhotos makes the ids, previews and thumbnails of files, several at once, as many as
// fit the budget of media.Maker. Only what cannot be read is left out.
func (c *camera) takePhotos(ctx context.Context, files []find.File) (photos []photo, bad []remark, err error) {
	made, failed := make([]photo, len(files)), make([]error, len(files))
	var done atomic.Int64
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0) + 1)
	for i, f := range files {
		group.Go(func() error {
			made[i], failed[i] = c.takePhoto(ctx, f)
			c.stage.timeline.progress("thumbnails", done.Add(1), int64(len(files)), number)
			return context.Cause(ctx)
		})
	}
	err = group.Wait()
	for i, f := range files {
		if failed[i] != nil {
			bad = append(bad, remark{File: f.Name, Reason: reason(failed[i])})
			continue
		}
		photos = append(photos, made[i])
	}
	return photos, bad, err
}

// takePhoto makes a photo of a file, whose error says why it cannot be read. What has no
// thumbnail is shared all the same: the hub asks for none, and whoever looks sees a generic
// picture until the home computer has made the real one.
func (c *camera) takePhoto(ctx context.Context, f find.File) (photo, error) {
	id, err := collection.NewItemID(rand.Reader) // sixteen random bytes, with no network
	if err != nil {
		return photo{}, err
	}
	item, err := c.card.Add(ctx, id, f.Path)
	if err != nil {
		return photo{}, err
	}
	stat, err := os.Stat(f.Path)
	if err != nil {
		return photo{}, err
	}
	item.Caption = device.Caption(filepath.ToSlash(f.Name))
	return photo{item, stat.Size()}, nil
}

// open opens a version of a photo, for the SDK: the bytes of an original are read from the
// card when somebody asks for them. One that is gone by then is as one that the camera never
// had: the others go on.
func (c *camera) open(ctx context.Context, id collection.ItemID, version int) (transport.Blob, error) {
	blob, err := c.card.Open(ctx, id, version)
	p, known := c.photos[id]
	switch {
	case version != original || !known:
		return blob, err
	case err == nil:
		return opened{blob, p}, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost[id] = remark{File: p.Caption, Reason: reason(err)}
	return nil, fmt.Errorf("%w: %w", transport.ErrNotFound, err)
}

// opened is the original of a photo, whose errors name it.
type opened struct {
	transport.Blob
	photo photo
}

// ReadAt implements io.ReaderAt.
func (o opened) ReadAt(b []byte, at int64) (int, error) {
	n, err := o.Blob.ReadAt(b, at)
	if err != nil && !errors.Is(err, io.EOF) {
		err = human.As(err, o.photo.Caption+": "+reason(err))
	}
	return n, err
}

// make makes the collection of photos, with their previews and digests, and seals it.
func (c *camera) make(ctx context.Context, title string, photos []photo, recipients ...collection.UserID) (err error) {
	body := collection.Body{Recipients: recipients}
	for _, p := range photos {
		body.Items = append(body.Items, p.Item)
	}
	c.name, err = c.device.Make(ctx, collection.Header{Title: title}, body)
	return err
}

// shareWithHub shares the collection: the hub asks for the thumbnails.
func (c *camera) shareWithHub(ctx context.Context) error {
	_, err := c.device.Share(ctx, c.hub, c.name)
	return err
}

// shareWithHome shares it over the local link: the home peer asks for all. Where that is
// and which key it has, its owner has told the camera.
func (c *camera) shareWithHome(ctx context.Context, at transport.Source) error {
	caller, err := httplink.CallerOf(c.account)
	if err != nil {
		return err
	}
	home, err := httplink.Dialer(caller, httplink.Options{HTTP: c.stage.network.client("camera")}).Reach(at)
	if err == nil {
		_, err = c.device.Sync(ctx, home, c.name)
	}
	return err
}
