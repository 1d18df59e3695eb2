package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

// camera is a device and what is on its card.
type camera struct {
	*device.Device
	w         *world
	name      string
	user      collection.UserID
	homes     []*station
	hub       transport.Hub
	disk      *disk
	lost      bool
	statement []byte
	source    *rand.ChaCha8
	items     []collection.Item
	photos    map[collection.ItemID][3][]byte // versions
}

func (w *world) newCamera(name string, user collection.UserID, homes []*station) *camera {
	s := w.newStation(name, user)
	statement, err := w.hub.Accounts().AddKey(ctx, user, name, s.signer.Public())
	w.must("key", err)
	c := &camera{w: w, name: name, user: user, homes: homes, source: s.source, disk: s.disk, statement: statement, photos: map[collection.ItemID][3][]byte{}}
	met := homes
	if w.noHub {
		met = w.stations // they know one another's keys
	}
	for _, s := range met {
		s.shown = append(s.shown, statement)
		s.startPeer()
	}
	c.hub = w.toHub(name, user)
	c.Device = device.New(user, s.signer, device.MediaFunc(c.open), device.Config{Store: s.disk, Now: w.time, Pause: w.pauseFor, Random: s.source})
	w.cameras = append(w.cameras, c)
	return c
}

// take takes a photo.
func (c *camera) take() collection.Item {
	id, err := c.NewItemID()
	c.w.must("item id", err)
	size := 300 + c.w.random.IntN(2000)
	if c.w.random.IntN(20) == 0 {
		size = 60_000 + c.w.random.IntN(150_000) // several blocks
	}
	own := [3][]byte{c.noise(id, 100), nil, c.noise(id, size)}
	c.photos[id] = c.w.twins.twin(own)
	if !bytes.Equal(own[0], c.photos[id][0]) || !bytes.Equal(own[2], c.photos[id][2]) {
		c.w.say("%s: %.4s is a twin of another photo", c.name, id)
	}
	item := collection.Item{ID: id, Caption: fmt.Sprintf("photo %d", len(c.items)), MediaType: "image/jpeg"}
	c.items = append(c.items, item)
	return item
}

// noise is n bytes that differ for every item and size.
func (c *camera) noise(id collection.ItemID, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte(binary.BigEndian.AppendUint64(bytes.Clone(append(id[:], id[:8]...)), uint64(n)))).Read(b)
	return b
}

func (c *camera) open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	data := c.photos[item][version]
	if data == nil {
		return nil, transport.ErrNotFound
	}
	return blob{bytes.NewReader(data)}, nil
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

// link is the camera's way to one of its homes.
func (c *camera) link(home *station) transport.ShareReceiver {
	return c.w.net.ShareReceiver(c.name, home.name, func() transport.ShareReceiver { return home.Link(c.user) })
}
