package main

import (
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// upkeep lets the hub do what its program has it do now and then: probe what
// peers have announced, expire what has been in the cache for long, deliver
// letters.
func (w *world) upkeep() {
	if w.noHub {
		return
	}
	switch w.random.IntN(16) {
	case 4:
		w.lose()
		return
	}
	switch w.random.IntN(4) {
	case 0:
		w.do(w.hubAt, "probe", func() error { return w.hub.Probe(ctx) })
	case 1:
		age := time.Duration(w.random.IntN(20)) * time.Second
		w.do(w.hubAt, "expire", func() error { return w.hub.Expire(ctx, w.now.Add(-age)) })
	case 2:
		w.do(w.hubAt, "deliver", w.deliver)
	default:
		w.join()
	}
}

// deleted notes that a version left the cache: nobody was promised that it stays.
func (t *truth) deleted(d *disk, key string) {
	if d == t.w.hubAt.disk && strings.HasPrefix(key, "v/") {
		t.expired[key] = true
		delete(t.blobs, d.name+" "+key)
	}
}

// handOver lets a camera hand a collection over to somebody's station directly.
func (w *world) handOver(m *made) {
	s := w.stations[w.random.IntN(len(w.stations))]
	if s.user == m.camera.user {
		return
	}
	capacity := int64(w.random.IntN(5000))
	w.start(0, func() {
		link := w.net.ShareReceiver(m.camera.name, s.name, func() transport.ShareReceiver { return s.Link(m.camera.user) })
		_, err := m.camera.HandOver(ctx, link, m.name, capacity)
		w.endedAt(m.camera, "hand over to "+s.name, err)
	})
}
