package main

import (
	"fmt"
	"reflect"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

// camera is a device and what is on its card.
type camera struct {
	*device.Device
	*station // its key and its way to others; nobody calls it
	homes    []*station
	hub      transport.Hub
	lost     bool
	items    []collection.Item
}

func (w *world) newCamera(name string, user collection.UserID, homes []*station) *camera {
	s := w.newStation(name, user)
	w.must("key", s.Enroll(ctx))
	met := homes
	if w.noHub {
		met = w.stations // they know one another's keys
	}
	for _, home := range met {
		home.shown = append(home.shown, s.Statement)
		home.startPeer()
	}
	w.must("start of "+name, s.disk.boot())
	s.Store = s.disk
	cfg := s.DeviceConfig()
	cfg.Pause, cfg.Authority = w.Pause, w.authority()
	s.StartDevice(cfg)
	c := &camera{Device: s.Station.Device, station: s, homes: homes, hub: s.toHub()}
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
	own := lab.NewPhoto(id.String(), 100, size)
	c.Card[id] = c.w.twins.twin(own)
	if !reflect.DeepEqual(own, c.Card[id]) {
		c.w.say("%s: %.4s is a twin of another photo", c.Name, id)
	}
	item := collection.Item{ID: id, Caption: fmt.Sprintf("photo %d", len(c.items)), MediaType: "image/jpeg"}
	c.items = append(c.items, item)
	return item
}
