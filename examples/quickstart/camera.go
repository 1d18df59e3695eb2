package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/media"
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
	stage   *stage
	dir     string
	account account.Account
	maker   media.Maker
	photos  map[collection.ItemID]photo

	device *device.Device
	hub    transport.Hub
	name   collection.Name // of the collection that it has made

	mu    sync.Mutex
	icons map[string][]byte             // of documents, by their type
	lost  map[collection.ItemID]skipped // originals that were gone later
}

// photo is a file on the card: a photo, a film or a document.
type photo struct {
	id            collection.ItemID
	name          string // as it is shown
	path          string // of the original
	thumbnailPath string // empty if none can be made here
	preview       []byte // of the thumbnail; none if there is no thumbnail
	mediaType     string
	size          int64     // bytes
	changed       time.Time // last, when it was taken
}

func newCamera(s *stage) (c *camera, err error) {
	c = &camera{stage: s, photos: map[collection.ItemID]photo{}, icons: map[string][]byte{}, lost: map[collection.ItemID]skipped{}}
	c.account, c.dir, err = s.account("camera")
	s.options.equip(&c.maker)
	return c, err
}

// join begins with its owner's account at the hub.
func (c *camera) join(ctx context.Context) error {
	store, err := c.stage.store(ctx, "camera", c.dir, openFiles)
	if err != nil {
		return err
	}
	signer, err := c.account.Signer()
	if err != nil {
		return err
	}
	c.device = device.New(c.account.User, signer, device.MediaFunc(c.open), device.Config{Store: store})
	c.hub, err = httplink.HubOf(c.account, httplink.Options{HTTP: c.stage.network.client("camera")})
	return err
}

// open opens a version of a photo, for the SDK. Nothing is held in memory: the
// bytes are read from the card when somebody asks for them. What has no thumbnail
// is shared all the same: the hub asks for none, and whoever looks sees a generic
// picture until the home computer has made the real one.
func (c *camera) open(_ context.Context, id collection.ItemID, version int) (transport.Blob, error) {
	p, ok := c.photos[id]
	switch {
	case ok && version == thumbnail && p.thumbnailPath != "":
		return device.FileBlob(p.thumbnailPath)
	case ok && version == original:
		return c.openOriginal(p)
	}
	return nil, transport.ErrNotFound
}

// make makes the collection of all photos, with their previews and digests, and seals
// it.
func (c *camera) make(ctx context.Context, title string, photos []photo, recipients ...collection.UserID) (err error) {
	clear(c.photos)
	items := make([]collection.Item, len(photos))
	for i, p := range photos {
		c.photos[p.id] = p
		items[i] = collection.Item{ID: p.id, Caption: p.name, MediaType: p.mediaType, Preview: p.preview}
	}
	header := collection.Header{Title: title, Authority: c.account.Authority.ID()}
	c.name, err = c.device.Make(ctx, header, collection.Body{Items: items, Recipients: recipients})
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

// newItemID makes the id of an item: sixteen random bytes, with no network.
func newItemID() (id collection.ItemID) {
	rand.Read(id[:]) // never fails
	return id
}

// thumbnailFile is where the camera keeps the thumbnail of an item.
func (c *camera) thumbnailFile(id collection.ItemID) string {
	return filepath.Join(c.dir, "thumbnails", fmt.Sprintf("%v.jpg", id))
}
