package main

import (
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

const (
	weeks   = 13 // of a quarter
	perWeek = 1  // collections
)

// TestYear lets a family share photos for a year, on a network without faults,
// while its stations are stopped and started every other week. What is kept
// grows with what is really there and with nothing else: the last quarter adds
// no more than the first one.
func TestYear(t *testing.T) {
	w := newWorld(options{seed: 5, lean: true, hub: yes, files: no})
	var quarters [5]usage
	quarters[0] = w.usage()
	for q := 1; q < len(quarters); q++ {
		for week := range weeks {
			w.week(t, week)
		}
		quarters[q] = w.usage()
	}
	for _, err := range w.failed {
		t.Error(err)
	}
	first, last := quarters[1].since(quarters[0]), quarters[4].since(quarters[3])
	for kind, n := range last.records {
		most := first.records[kind]
		if of, ok := strings.CutSuffix(kind, " sample"); ok { // of large originals: few are, in some quarters none
			most = first.records[of+" t"]
		}
		if n > most {
			t.Errorf("records %s: %d in the first quarter, %d in the last", kind, first.records[kind], n)
		}
	}
	if last.heap > first.heap+first.heap/4+256<<10 {
		t.Errorf("live heap: %d bytes more in the first quarter, %d in the last, besides what is stored", first.heap, last.heap)
	}
	if now := quarters[4].goroutines; now > quarters[1].goroutines {
		t.Errorf("%d goroutines after the first quarter, %d after the last", quarters[1].goroutines, now)
	}
	t.Logf("first quarter: %d bytes stored, %d of heap besides, records %v", first.stored, first.heap, first.records)
	t.Logf("last quarter: %d bytes stored, %d of heap besides, records %v", last.stored, last.heap, last.records)
}

// week is a week of the family's life.
func (w *world) week(t *testing.T, n int) {
	for range perWeek {
		w.Pass(7 * 24 * time.Hour)
		w.shareOne(t, n)
	}
	if n%2 == 0 {
		for _, s := range w.all() {
			w.must("stop", s.Close(ctx))
			w.net.Stop(s.Name)
			s.start()
		}
	}
}

// share is one collection, from the camera to the last original.
func (w *world) shareOne(t *testing.T, week int) {
	c, home := w.cameras[0], w.stations[0]
	body := collection.Body{Items: []collection.Item{c.take(), c.take(), c.take(), c.take()}}
	for _, s := range w.stations {
		if s.User != c.User {
			body.Recipients = append(body.Recipients, s.User)
		}
	}
	name, err := c.Make(ctx, collection.Header{Title: "Week", Authority: w.Authority()}, body)
	w.must("make", err)
	m := &made{name: name, camera: c}
	w.must("share", w.shareWithHub(m))
	w.hear(name, body.Items[0].ID, 0)
	w.must("sync", w.syncHome(m, home))
	w.must("publish", home.Author.Publish(ctx, name))
	switch week % 4 {
	case 0:
		w.must("edit", home.Author.Edit(ctx, name, func(h *collection.Header, _ []collection.Item) { h.Title = "A better title" }))
	case 1:
		w.must("take back", home.Author.TakeBack(ctx, name, body.Items[1].ID))
		w.must("publish", home.Author.Publish(ctx, name))
	case 2:
		w.must("withdraw", home.Author.Withdraw(ctx, name, body.Items[2].ID))
	}
	w.hear(name, body.Items[0].ID, 2)
	w.must("forget", c.Forget(ctx, name))
	clear(c.Card) // the card is emptied
	c.items = nil
}

// hear lets the recipients hear of a collection and fetch something of it.
func (w *world) hear(name collection.Name, item collection.ItemID, version int) {
	for _, s := range w.stations {
		if s.User == name.Author {
			continue
		}
		w.must("receive", receive(s))
		w.must("fetch", s.Reader.Fetch(ctx, transport.Ref{Collection: name, Item: item, Version: version}))
	}
}

// usage is what the family's stations take.
type usage struct {
	records    map[string]int // by station and kind
	stored     int64          // bytes
	heap       int64          // bytes, less those that are stored
	goroutines int
}

func (w *world) usage() usage {
	u := usage{records: map[string]int{}}
	for _, s := range w.all() {
		for r := range s.disk.records("") {
			kind, _, _ := strings.Cut(r.Key, "/")
			u.records[s.Name+" "+kind]++
			u.stored += int64(len(r.Key) + len(r.Value))
		}
		u.records[s.Name+" blobs"] = len(s.disk.blobs)
		for key, size := range s.disk.blobs {
			u.stored += int64(len(key)) + size
		}
	}
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.heap, u.goroutines = int64(m.HeapAlloc)-u.stored, runtime.NumGoroutine()
	return u
}

// since is what came since an earlier time.
func (u usage) since(before usage) usage {
	u.records = maps.Clone(u.records)
	for kind, n := range before.records {
		u.records[kind] -= n
	}
	u.stored, u.heap = u.stored-before.stored, u.heap-before.heap
	return u
}
