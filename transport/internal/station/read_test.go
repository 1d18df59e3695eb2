package station

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// counted is a store that notes what is read and opened of it.
type counted struct {
	transport.Store
	got, opened []string
}

func (c *counted) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	c.got = append(c.got, keys...)
	return c.Store.Get(ctx, keys...)
}

func (c *counted) Open(ctx context.Context, key string) (transport.Blob, error) {
	c.opened = append(c.opened, key)
	return c.Store.Open(ctx, key)
}

// TestNotYoursIsNotThere: to say that something is somebody else's takes the same
// steps as to say that it is not there.
func TestNotYoursIsNotThere(t *testing.T) {
	k, _, c := newCore(t, 100)
	store := &counted{Store: k.Store}
	k.Store = store
	eve := collection.UserID{9}
	for _, name := range []collection.Name{c.Name(), {Author: ann, ID: collection.ID{9}}, {Author: eve, ID: c.ID()}} {
		for range 2 {
			store.got = nil
			if s, err := k.Read(t.Context(), eve, name); err != transport.ErrNotFound || s.Known() {
				t.Errorf("%v: %v", name, err)
			}
			want := 2 // whether one may read it, and whether others were left out; of one's own the state
			if name.Author == eve {
				want = 1
			}
			if len(store.got) != want || name == c.Name() && store.got[0] != readerRecord.Key(name, eve) {
				t.Errorf("%v: read %v", name, store.got)
			}
		}
	}
}

// TestReadersOfADraft: who may read is as the author's own collection says once it
// has taken the place of a draft.
func TestReadersOfADraft(t *testing.T) {
	k, signer, c := newCore(t, 1)
	bob, carl, eve := collection.UserID{2}, collection.UserID{3}, collection.UserID{4}
	with := func(b collection.Body) collection.Collection {
		h := c.Header()
		h.ID, h.AuthorSeal = collection.ID{5}, nil
		return must(collection.New(h, b))
	}
	draft := with(collection.Body{Recipients: []collection.UserID{bob, carl}})
	own := must(with(collection.Body{Recipients: []collection.UserID{carl}, Completers: []collection.UserID{eve}}).Sign(t.Context(), signer, k.Now()))
	must(k.Server.Share(t.Context(), ann, draft, transport.Share{Collection: must(draft.MarshalBinary())}))
	k.readBy(t, draft.Name(), bob, carl)
	must(k.Do(t.Context(), own.Name(), func(engine.State) (engine.Event, error) { return engine.Updated{Collection: own}, nil }))
	k.readBy(t, own.Name(), carl, eve)
	if records := slices.Collect(keysOf(k.Store.Scan(t.Context(), "r/"+own.Name().String(), "", 0))); len(records) != 2 {
		t.Errorf("records %v", records)
	}
}

// readBy checks who of four users, besides Ann, may read a collection.
func (k *Core) readBy(t *testing.T, name collection.Name, readers ...collection.UserID) {
	t.Helper()
	for u := range byte(5) {
		user := collection.UserID{u}
		_, err := k.Read(t.Context(), user, name)
		if may := user == ann || slices.Contains(readers, user); (err == nil) != may || err != nil && !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("user %d: %v", u, err)
		}
	}
}

func keysOf(records func(func(transport.Record, error) bool)) func(func(string) bool) {
	return func(yield func(string) bool) {
		for r := range records {
			if !yield(r.Key) {
				return
			}
		}
	}
}

// TestRefusedShareIsCheap: before a share is refused, nothing is looked for.
func TestRefusedShareIsCheap(t *testing.T) {
	k, _, c := newCore(t, 100)
	store := &counted{Store: k.Store}
	k.Store = store
	h := c.Header()
	h.AuthorSeal = nil
	draft := must(collection.New(h, c.Body()))
	other := must(collection.New(h, collection.Body{Items: c.Body().Items[1:]}))
	for what, share := range map[string]struct {
		by   collection.UserID
		c    collection.Collection
		want error
		gets int
	}{
		"somebody else's draft":      {collection.UserID{9}, draft, transport.ErrSeal, 0},
		"somebody else's collection": {collection.UserID{9}, c, transport.ErrForbidden, 0},
		"other fixed parts":          {ann, other, transport.ErrDiffers, 6}, // what each step reads
	} {
		store.got, store.opened = nil, nil
		_, err := k.Server.Share(t.Context(), share.by, share.c, transport.Share{Collection: must(share.c.MarshalBinary())})
		if !errors.Is(err, share.want) || len(store.got) != share.gets || len(store.opened) != 0 {
			t.Errorf("%s: %v; %d records read, %d versions opened", what, err, len(store.got), len(store.opened))
		}
	}
}
