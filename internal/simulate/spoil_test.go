package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestCheckerFinds: the checker can fail. Each of these stations or links does
// one thing wrong, and the checker finds it.
func TestCheckerFinds(t *testing.T) {
	if testing.Short() {
		t.Skip("plays hundreds of runs; whole without -short")
	}
	for what, c := range map[string]struct {
		options
		want string
	}{
		"a hub that does not store some states":     {options{spoilStore: losesStates}, ""},
		"a home that tells and forgets it":          {options{spoilStore: homeLosesNews, hub: no}, "told"},
		"a home without a hub that loses states":    {options{spoilStore: homeLosesStates, hub: no}, ""},
		"a hub that does not store thumbnails":      {options{spoilStore: losesThumbnails}, "says that it holds"},
		"a hub that stores other thumbnails":        {options{spoilStore: storesOtherThumbnails}, "stores other bytes"},
		"a hub that forgets whom to tell":           {options{spoilStore: losesJobs}, "told"},
		"a hub that forgets what replaces what":     {options{spoilStore: losesSuccessors, hub: yes}, "is shown"},
		"a home that forgets what replaces what":    {options{spoilStore: homeLosesSuccessors, hub: yes}, "serves an original"},
		"a hub that forgets notifications":          {options{spoilStore: losesNews}, "told"},
		"a home that keeps originals in memory":     {options{spoilStore: keepsInMemory}, "nobody has its original"},
		"a home that stores other bytes":            {options{spoilStore: storesOthers}, "stores other bytes"},
		"a recipient that loses wishes":             {options{spoilStore: losesWishes}, "wishes"},
		"a hub whose disk does not sync":            {options{files: yes, hubs: no, liar: "hub"}, " lost "},
		"peers that search for what is labelled":    {options{policy: everything, finds: yes}, "searches for"},
		"peers that ignore labels":                  {options{policy: everything}, " may "},
		"a link that tampers with updates":          {options{spoilHub: tampers}, "seal refused"},
		"a link that swallows notifications":        {options{spoilHub: swallows}, ""},
		"a link that acknowledges uploads too soon": {options{spoilHub: acknowledges}, "has acknowledged"},
	} {
		t.Run(what, func(t *testing.T) {
			c.steps, c.mayFail = 40, true
			if !finds(c.options, c.want) {
				t.Error("not found")
			}
		})
	}
}

// spoiled is a store that does something else with changes and blobs.
type spoiled struct {
	transport.Store
	apply  func([]transport.Change) []transport.Change
	commit func(transport.BlobWriter) error
}

func (s spoiled) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if s.apply != nil {
		b.Changes = s.apply(b.Changes)
	}
	return s.Store.Apply(ctx, b)
}

func (s spoiled) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w, err := s.Store.Create(ctx, key)
	if err == nil && s.commit != nil {
		w = spoiledWriter{w, s}
	}
	return w, err
}

type spoiledWriter struct {
	transport.BlobWriter
	by spoiled
}

func (w spoiledWriter) Commit(ctx context.Context) error { return w.by.commit(w.BlobWriter) }

// without leaves out the changes of records whose keys begin with one of some prefixes,
// of every n-th batch.
func without(s transport.Store, n int, prefixes ...string) transport.Store {
	batch := 0
	return spoiled{Store: s, apply: func(changes []transport.Change) []transport.Change {
		if batch++; batch%n > 0 {
			return changes
		}
		return slices.DeleteFunc(slices.Clone(changes), func(c transport.Change) bool {
			begins := func(prefix string) bool { return strings.HasPrefix(c.Key, prefix) }
			return c.Value != nil && slices.ContainsFunc(prefixes, begins)
		})
	}}
}

func losesStates(name string, s transport.Store) transport.Store {
	if name == "hub" {
		return without(s, 5, "c/", "s/")
	}
	return s
}

func losesSuccessors(name string, s transport.Store) transport.Store {
	if name == "hub" {
		return without(s, 1, "succ/")
	}
	return s
}

func homeLosesSuccessors(name string, s transport.Store) transport.Store {
	if strings.HasSuffix(name, "-home") {
		return without(s, 1, "succ/")
	}
	return s
}

func losesNews(name string, s transport.Store) transport.Store {
	if name == "hub" {
		return without(s, 1, "o/", "feed/")
	}
	return s
}

func homeLosesNews(name string, s transport.Store) transport.Store {
	if strings.HasSuffix(name, "-home") {
		return without(s, 1, "o/", "feed/")
	}
	return s
}

func homeLosesStates(name string, s transport.Store) transport.Store {
	if strings.HasSuffix(name, "-home") {
		return without(s, 5, "c/", "s/")
	}
	return s
}

func losesWishes(name string, s transport.Store) transport.Store {
	if name == "bob" {
		return without(s, 1, "w/")
	}
	return s
}

func losesJobs(name string, s transport.Store) transport.Store {
	if name == "hub" {
		return without(s, 3, "job/")
	}
	return s
}

func losesThumbnails(name string, s transport.Store) transport.Store {
	if name == "hub" {
		return without(s, 1, "v/")
	}
	return s
}

func storesOtherThumbnails(name string, s transport.Store) transport.Store {
	if name != "hub" {
		return s
	}
	return spoiled{Store: s, apply: func(changes []transport.Change) []transport.Change {
		changes = slices.Clone(changes)
		for i, c := range changes {
			if strings.HasPrefix(c.Key, "v/") && c.Value != nil {
				changes[i].Value = append(bytes.Clone(c.Value), "more"...)
			}
		}
		return changes
	}}
}

func storesOthers(name string, s transport.Store) transport.Store {
	if !strings.HasSuffix(name, "-home") {
		return s
	}
	return spoiled{Store: s, commit: func(w transport.BlobWriter) error {
		w.Write([]byte("more"))
		return w.Commit(ctx)
	}}
}

// keepsInMemory is a store whose blobs are not safe when it says so.
func keepsInMemory(name string, s transport.Store) transport.Store {
	if !strings.HasSuffix(name, "-home") && !strings.HasSuffix(name, "-loft") {
		return s
	}
	return memory{s, new(memstore.Store)}
}

type memory struct {
	transport.Store
	blobs *memstore.Store
}

func (m memory) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	return m.blobs.Create(ctx, key)
}

func (m memory) Open(ctx context.Context, key string) (transport.Blob, error) {
	return m.blobs.Open(ctx, key)
}

func (m memory) Part(ctx context.Context, key string) (int64, error) { return m.blobs.Part(ctx, key) }

func everything(label.Case) label.Rights { return ^label.Rights(0) }

// spoiledHub is a link to a hub that lies.
type spoiledHub struct {
	transport.Hub
	news   func(transport.Changes) transport.Changes
	state  func(transport.State) transport.State
	shared bool
}

func tampers(name string, h transport.Hub) transport.Hub {
	if name != "bob" {
		return h
	}
	flip := func(updates [][]byte) {
		for i, u := range updates {
			updates[i] = bytes.Clone(u)
			updates[i][len(u)-1] ^= 1
		}
	}
	return spoiledHub{Hub: h,
		news: func(d transport.Changes) transport.Changes {
			for i := range d.Entries {
				flip(d.Entries[i].Notification.Updates)
			}
			return d
		},
		state: func(s transport.State) transport.State {
			flip(s.Updates)
			return s
		},
	}
}

func swallows(name string, h transport.Hub) transport.Hub {
	if name != "bob" {
		return h
	}
	return spoiledHub{Hub: h, news: func(d transport.Changes) transport.Changes {
		return transport.Changes{Next: d.Next}
	}}
}

func acknowledges(name string, h transport.Hub) transport.Hub {
	if !strings.HasSuffix(name, "-camera") {
		return h
	}
	return spoiledHub{Hub: h, shared: true}
}

func (h spoiledHub) Share(ctx context.Context, s transport.Share) (transport.Answer, error) {
	if h.shared {
		return transport.Answer{Next: transport.Done}, nil
	}
	return h.Hub.Share(ctx, s)
}

func (h spoiledHub) Changes(ctx context.Context, read transport.ChangesRequest) (transport.Changes, error) {
	d, err := h.Hub.Changes(ctx, read)
	if err == nil && h.news != nil {
		d = h.news(d)
	}
	return d, err
}

func (h spoiledHub) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	s, err := h.Hub.Updates(ctx, name)
	if err == nil && h.state != nil {
		s = h.state(s)
	}
	return s, err
}
