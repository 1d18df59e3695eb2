package main

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// photograph lets a camera do something.
func (w *world) photograph() {
	c := w.cameras[w.random.IntN(len(w.cameras))]
	if c.lost {
		return
	}
	var own []*made
	for _, m := range w.made {
		if m.camera == c {
			own = append(own, m)
		}
	}
	if len(own) == 0 || len(own) < 3 && w.random.IntN(4) == 0 {
		w.makeCollection(c)
		return
	}
	m := own[w.random.IntN(len(own))]
	n := w.random.IntN(8)
	if !w.noHub && (n < 4 || m.draft) {
		w.Go(0, func() { w.shareWithHub(m) })
		return
	}
	if n == 4 {
		w.handOver(m)
		return
	}
	home := c.homes[w.random.IntN(len(c.homes))]
	w.Go(0, func() { w.syncHome(m, home) })
}

// makeCollection makes one of photos old and new, for some of the others.
func (w *world) makeCollection(c *camera) {
	var body collection.Body
	for range 1 + w.random.IntN(3) {
		body.Items = append(body.Items, c.take())
	}
	for _, item := range c.items[:len(c.items)-len(body.Items)] {
		if w.random.IntN(3) == 0 {
			body.Items = append(body.Items, item)
		}
	}
	body.Kind = label.Kind(w.random.IntN(3))
	for _, s := range w.stations {
		if s.User != c.User && w.random.IntN(2) == 0 {
			body.Recipients = append(body.Recipients, s.User)
		}
		if s.User != c.User && w.random.IntN(4) == 0 {
			body.Completers = append(body.Completers, s.User)
		}
	}
	var addresses []string
	for _, address := range outsiders {
		if w.random.IntN(8) == 0 && !w.noHub {
			addresses = append(addresses, address)
		}
	}
	name, err := c.MakeFor(ctx, collection.Header{Title: "Picnic", Authority: w.authority()}, body, addresses...)
	if err != nil {
		w.fail("%s makes a collection: %w", c.Name, err)
		return
	}
	m := &made{
		name: name, camera: c, draft: len(addresses) > 0, tells: w.random.IntN(4) == 0,
		gone: map[collection.ItemID]bool{}, maybe: map[collection.ItemID]bool{}, again: map[collection.ItemID]bool{},
	}
	for _, item := range body.Items {
		m.items = append(m.items, item.ID)
	}
	w.made = append(w.made, m)
	w.say("%s makes %.4s of %d items", c.Name, name.ID, len(m.items))
}

func (w *world) shareWithHub(m *made) error {
	answer, err := w.share(m)
	w.endedAt(m.camera, "share with the hub", err)
	if err == nil && answer.Next == transport.Done {
		m.shared, m.draft = true, false
		w.truth.acknowledgedShare(m)
	}
	return err
}

func (w *world) share(m *made) (transport.Answer, error) {
	if m.tells {
		return m.camera.ShareAndNotify(ctx, m.camera.hub, m.name, m.camera.reach)
	}
	return m.camera.Share(ctx, m.camera.hub, m.name)
}

func (w *world) syncHome(m *made, home *station) error {
	answer, err := m.camera.Sync(ctx, m.camera.To(home.Station), m.name)
	w.endedAt(m.camera, "sync with "+home.Name, err)
	if err == nil && answer.Next == transport.Done {
		m.synced = append(m.synced, home)
		w.truth.acknowledgedSync(m, home)
	}
	return err
}
