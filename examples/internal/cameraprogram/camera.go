package cameraprogram

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// camera is a device in its folder.
type camera struct {
	*program.Station
	env     program.Env
	device  *device.Device
	network program.Network // nil = none
	albums  []*album
	photos  map[collection.ItemID]place
	read    atomic.Int64 // bytes that were read to be sent
	lost    sync.Map     // the items whose originals were asked for and are not there any more
}

// place is where an item is.
type place struct {
	album *album
	at    int
}

// with opens the camera in a folder, for this process alone, to do something with it.
func with(env program.Env, dir string, do func(*camera) error) error {
	station, err := program.OpenStation(dir)
	if err != nil {
		return err
	}
	c := &camera{Station: station, env: env, photos: map[collection.ItemID]place{}}
	if err = c.open(); err == nil {
		err = do(c)
	}
	return errors.Join(err, c.Close())
}

func (c *camera) open() error {
	c.device = device.New(c.Account.User, c.OwnKey, device.MediaFunc(c.media), device.Config{
		Store: c.Files, Authority: c.Account.Authority.ID(), Name: "Camera",
	})
	if err := sweep(c.albumsIn()); err != nil {
		return err
	}
	albums, err := loadAlbums(c.albumsIn())
	for _, a := range albums {
		c.add(a)
	}
	return err
}

func (c *camera) albumsIn() string { return filepath.Join(c.Dir, "albums") }

func (c *camera) add(a *album) {
	c.albums = append(c.albums, a)
	for i := range a.Photos {
		c.photos[a.item(i)] = place{a, i}
	}
}

// media opens a version of an item, for the SDK. Nothing is held in memory.
func (c *camera) media(_ context.Context, id collection.ItemID, version int) (transport.Blob, error) {
	p, ok := c.photos[id]
	switch {
	case !ok || version == 1:
		return nil, transport.At(transport.ErrNotFound, id.String()) // the home computer makes screen versions
	case version == 0:
		return c.counted(device.FileBlob(p.album.thumbnail(p.at)))
	}
	of := p.album.Photos[p.at]
	b, err := c.counted(device.UnchangedBlob(of.Path, of.Size, of.Changed)) // and not another photo of that name
	if errors.Is(err, transport.ErrNotFound) {
		c.lost.Store(id, true)
	}
	return b, err
}

// counted counts what is read of a file.
func (c *camera) counted(b transport.Blob, err error) (transport.Blob, error) {
	if err != nil {
		return nil, err
	}
	return blob{b, &c.read}, nil
}

type blob struct {
	transport.Blob
	read *atomic.Int64
}

// ReadAt implements transport.Blob.
func (b blob) ReadAt(p []byte, at int64) (int, error) {
	n, err := b.Blob.ReadAt(p, at)
	b.read.Add(int64(n))
	return n, err
}

// make makes the collection of an album, unless it is there.
func (c *camera) make(ctx context.Context, a *album) error {
	name := a.name(c.Account.User)
	if _, err := c.device.Collection(ctx, name); !errors.Is(err, transport.ErrNotFound) {
		return err
	}
	header := collection.Header{ID: a.ID, Title: a.Title, Created: a.Made, Authority: c.Account.Authority.ID()}
	body := collection.Body{Items: a.items(), Recipients: a.Users}
	_, err := c.device.MakeFor(ctx, header, body, a.Mail...)
	return err
}

// share shares an album with the hub, if that is to be done.
func (c *camera) share(ctx context.Context, a *album) error {
	if err := c.make(ctx, a); err != nil || a.Shared {
		return err
	}
	if len(c.Account.Hub) == 0 {
		return program.Plain(errors.New("the camera's user has no hub; share with ids of users, whom the home tells: use sync"))
	}
	hub, err := httplink.HubOf(c.Account, httplink.Options{})
	if err != nil {
		return err
	}
	before := c.read.Load()
	answer, err := c.device.Share(ctx, hub, a.name(c.Account.User))
	if err != nil {
		return err
	}
	if answer.Next != transport.Done {
		return program.Plain(fmt.Errorf("the hub still waits for %v", answer.Next))
	}
	for _, recipient := range answer.Unknown {
		fmt.Fprintf(c.env.Err, "The hub does not know %s, who is told nothing of %q.\n", device.Caption(recipient), a.Title)
	}
	if err := a.mark(&a.Shared); err != nil {
		return err
	}
	fmt.Fprintf(c.env.Out, "Shared %q: %s, of which %s of thumbnails were sent.\n", a.Title,
		human.Count(len(a.Photos), "item", "items"), human.Size(c.read.Load()-before))
	return nil
}

// sync hands an album over to the home, if that is to be done. Where an original cannot be
// read any more as it was shared, the rest goes there, and the album is not at home.
func (c *camera) sync(ctx context.Context, home transport.ShareReceiver, a *album) error {
	if err := c.shareFirst(ctx, a); err != nil {
		return err
	}
	before, done := c.read.Load(), c.show(fmt.Sprintf("%q", a.Title))
	c.lost.Clear()
	_, err := c.device.Sync(ctx, home, a.name(c.Account.User))
	done()
	if err == nil {
		err = c.lacking(ctx, a)
	}
	if err != nil {
		return err
	}
	if err := a.mark(&a.Synced); err != nil {
		return err
	}
	fmt.Fprintf(c.env.Out, "Synced %q: %s, %s.\n", a.Title, human.Count(len(a.Photos), "item", "items"), human.Size(c.read.Load()-before))
	return nil
}

// shareFirst shares with the hub what no home can tell others of: what is for mail addresses, which
// only a hub takes.
func (c *camera) shareFirst(ctx context.Context, a *album) error {
	if a.Shared || len(a.Mail) == 0 {
		return c.make(ctx, a)
	}
	err := c.share(ctx, a)
	if errors.Is(err, transport.ErrUnreachable) { // which keeps no other album back
		err = program.Plain(fmt.Errorf("%q waits for the hub, which knows whose its mail addresses are: %s", a.Title, program.Trouble(err)))
	}
	return err
}

// lacking names what of an album cannot have gone to the home: originals that were not there
// when the collection was made, and those that were asked for since and are not there any more.
func (c *camera) lacking(ctx context.Context, a *album) error {
	made, err := c.device.Collection(ctx, a.name(c.Account.User))
	if err != nil {
		return err
	}
	var paths []string
	for i := range made.Len() {
		_, lost := c.lost.Load(a.item(i))
		if d, ok := made.Digest(i, len(made.Ladder())-1); lost || !ok || d.IsZero() {
			paths = append(paths, a.Photos[i].Path)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	return program.Plain(fmt.Errorf("%s of %q did not go to the home, such as %s: the file is gone, or is not as it was shared",
		human.Count(len(paths), "original", "originals"), a.Title, paths[0]))
}
