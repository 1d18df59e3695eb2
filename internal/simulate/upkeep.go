package main

import (
	"strings"
	"time"
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
	s := w.anyHub()
	switch w.random.IntN(4) {
	case 0:
		w.do(s, "probe", func() error { return s.Hub.Probe(ctx) })
	case 1:
		age := time.Duration(w.random.IntN(20)) * time.Second
		w.do(s, "expire", func() error { return s.Hub.Expire(ctx, w.Now().Add(-age)) })
	case 2:
		w.do(s, "deliver", s.deliver)
	default:
		w.join()
	}
}

// deleted notes that a version left the cache: nobody was promised that it stays.
func (t *truth) deleted(d *disk, key string) {
	if d == t.w.hub.disk && strings.HasPrefix(key, "v/") {
		t.expired[key] = true
		delete(t.blobs, d.name+" "+key)
	}
}

// handOver lets a camera hand a collection over to somebody's station directly.
func (w *world) handOver(m *made) {
	s := w.stations[w.random.IntN(len(w.stations))]
	if s.User == m.camera.User {
		return
	}
	capacity := int64(w.random.IntN(5000))
	w.Go(0, func() {
		_, err := m.camera.HandOver(ctx, m.camera.To(s.Station), m.name, capacity)
		w.endedAt(m.camera, "hand over to "+s.Name, err)
	})
}
