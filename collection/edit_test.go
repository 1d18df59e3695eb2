package collection_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

func TestEdit(t *testing.T) {
	c := sealedBy(t, shared(t, 3, label.Flag, func(h *collection.Header, b *collection.Body) {
		h.Created, h.Metadata = dawn, map[string]string{"place": "Norway"}
		b.Items[0].Digests = []collection.Digest{{1}}
	}), anna, theHub)
	before := bytesOf(t, c)
	inFlight := signed(t, ok(c.Complete(home, itemID(1)))(t), dawn)
	edited := ok(c.Edit(func(h *collection.Header, items []collection.Item) {
		h.Title, h.Hints.Cover = "Two weeks", itemID(2)
		h.Metadata["camera"] = "old"
		items[0].Digests = append(items[0].Digests, collection.Digest{}, collection.Digest{3})
		items[1] = collection.Item{ID: itemID(1), Caption: "A boat", MediaType: "image/png", Digests: []collection.Digest{{4}}}
	}))(t)
	h := edited.Header()
	if h.Edition != 1 || h.Title != "Two weeks" || h.Hints.Cover != itemID(2) || h.Metadata["camera"] != "old" || h.Metadata["place"] != "Norway" {
		t.Errorf("header %+v", h)
	}
	if !edited.IsDraft() {
		t.Error("the new edition has the old one's seals")
	}
	if item := edited.Item(1); item.Caption != "A boat" || item.MediaType != "image/png" {
		t.Errorf("item %+v", item)
	}
	for _, want := range []struct{ item, version, digest int }{{0, 0, 1}, {0, 1, 0}, {0, 2, 3}, {1, 0, 4}, {2, 0, 0}} {
		d, known := edited.Digest(want.item, want.version)
		if d != (collection.Digest{byte(want.digest)}) || known != (want.digest != 0) {
			t.Errorf("item %d, version %d: %v, %v", want.item, want.version, d, known)
		}
	}
	if edited.Identity() != c.Identity() || edited.EditionDigest() == c.EditionDigest() || edited.Same(c) != nil {
		t.Error("an edition changes what is fixed, or not itself")
	}
	if !slices.Equal(before, bytesOf(t, c)) {
		t.Error("the collection that was edited changed")
	}
	wantRanks(t, applied(t, edited, inFlight), label.Pending, label.Complete, label.Pending)
	ok(collection.Verify(bg, newRing(), sealedBy(t, applied(t, edited, inFlight), anna)))(t)
	if got := merged(t, applied(t, c, inFlight), edited); !got.Equal(applied(t, edited, inFlight)) {
		t.Error("the later edition does not stand after a merge")
	}
}

// TestEditLeavesWhatIsFixed: whatever change does to it.
func TestEditLeavesWhatIsFixed(t *testing.T) {
	c := shared(t, 3, label.Flag, nil)
	next := ok(c.Edit(func(h *collection.Header, items []collection.Item) {
		h.ID, h.Author, h.Authority, h.Edition = collection.ID{9}, mallory, collection.KeyID{}, 77
		h.Created = time.Unix(-1, 0)
		h.AuthorSeal = []byte("seal")
		items[0].ID, items[1].ID = items[1].ID, items[0].ID
	}))(t)
	if err := next.Same(c); err != nil || next.Identity() != c.Identity() {
		t.Error(err)
	}
	if h := next.Header(); h.Edition != 1 || len(h.AuthorSeal) > 0 {
		t.Errorf("header %+v", h)
	}
}

// TestEditAfter: an edition that is to stand rather than two others has a greater
// number than either, and is the one's with what is changed.
func TestEditAfter(t *testing.T) {
	titled := func(c collection.Collection, title string) collection.Collection {
		return ok(c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = title }))(t)
	}
	c := shared(t, 2, label.Flag, nil)
	one, three := titled(c, "One"), titled(titled(titled(c, "A"), "B"), "Three")
	for _, test := range [][2]collection.Collection{{one, three}, {three, one}} {
		next := ok(test[0].EditAfter(test[1], func(_ *collection.Header, items []collection.Item) { items[0].Caption = "boat" }))(t)
		if next.Header().Edition != 4 || next.Title() != test[0].Title() || next.Item(0).Caption != "boat" {
			t.Errorf("edition %d, %q", next.Header().Edition, next.Title())
		}
	}
}

// TestDigestsMayBeAddedNeverChanged, nor taken out, by an edition or a merge.
func TestDigestsMayBeAddedNeverChanged(t *testing.T) {
	c := shared(t, 3, label.Flag, func(_ *collection.Header, b *collection.Body) {
		b.Items[1].Digests = []collection.Digest{{1}, {}, {2}}
	})
	for name, digests := range map[string][]collection.Digest{
		"changed": {{9}, {}, {2}}, "taken out": {{1}}, "all taken out": nil, "zeros": {{}, {}, {2}},
	} {
		next, err := c.Edit(func(_ *collection.Header, items []collection.Item) { items[1].Digests = digests })
		var at *collection.ItemError
		if !errors.Is(err, collection.ErrDigestChanged) || !errors.As(err, &at) || at.Item != itemID(1) || !next.Equal(c) {
			t.Errorf("%s: %v", name, err)
		}
	}
	add := func(d byte) collection.Collection {
		return ok(c.Edit(func(_ *collection.Header, items []collection.Item) { items[2].Digests = []collection.Digest{{d}} }))(t)
	}
	x, y := add(5), add(6)
	for _, pair := range [][2]collection.Collection{{x, y}, {y, x}} {
		next, changed, err := pair[0].Merge(pair[1])
		if !errors.Is(err, collection.ErrDigestChanged) || !errors.Is(err, collection.ErrNotAuthorised) || changed || !next.Equal(pair[0]) {
			t.Errorf("changed %v, %v", changed, err)
		}
	}
	ok(add(5).Edit(func(_ *collection.Header, items []collection.Item) { items[0].Digests = []collection.Digest{{7}} }))(t)
}

// TestHasDigestsOf: an edition has the digests of the one it was made of; of two
// made at once each may lack the other's.
func TestHasDigestsOf(t *testing.T) {
	c := shared(t, 3, label.Flag, func(_ *collection.Header, b *collection.Body) {
		b.Items[1].Digests = []collection.Digest{{1}}
	})
	add := func(c collection.Collection, item int, d byte) collection.Collection {
		return ok(c.Edit(func(_ *collection.Header, items []collection.Item) {
			digests := make([]collection.Digest, 3)
			copy(digests, items[item].Digests)
			digests[2] = collection.Digest{d}
			items[item].Digests = digests
		}))(t)
	}
	one, other, both := add(c, 0, 2), add(c, 2, 3), add(add(c, 0, 2), 2, 3)
	for _, test := range []struct {
		what string
		c, d collection.Collection
		want bool
	}{
		{"itself", c, c, true}, {"the next edition", one, c, true}, {"the one before", c, one, false},
		{"one made at once", one, other, false}, {"both", both, one, true}, {"another digest", add(c, 0, 9), one, false},
		{"another collection", shared(t, 2, label.Flag, nil), c, false}, {"none", c, collection.Collection{}, false},
	} {
		if got := test.c.HasDigestsOf(test.d); got != test.want {
			t.Errorf("%s: %v", test.what, got)
		}
	}
}

// TestEditRefuses what New refuses.
func TestEditRefuses(t *testing.T) {
	c := shared(t, 2, label.Flag, nil)
	for _, test := range []struct {
		name   string
		change func(h *collection.Header, items []collection.Item)
		want   error
	}{
		{"a title too long", func(h *collection.Header, _ []collection.Item) { h.Title = strings.Repeat("t", 1025) }, collection.ErrLimit},
		{"a title that is no text", func(h *collection.Header, _ []collection.Item) { h.Title = "\xc3" }, collection.ErrUTF8},
		{"a caption too long", func(_ *collection.Header, i []collection.Item) { i[1].Caption = strings.Repeat("c", 1<<16+1) }, collection.ErrLimit},
		{"a preview too long", func(_ *collection.Header, i []collection.Item) { i[1].Preview = make([]byte, 33) }, collection.ErrLimit},
		{"a letter in two captions", func(_ *collection.Header, i []collection.Item) { i[0].Caption, i[1].Caption = "a\xc3", "\xb8b" }, collection.ErrUTF8},
		{"a media type too long", func(_ *collection.Header, i []collection.Item) { i[0].MediaType = strings.Repeat("m", 256) }, collection.ErrLimit},
		{"a key too long", func(h *collection.Header, _ []collection.Item) {
			h.Metadata = map[string]string{strings.Repeat("k", 256): ""}
		}, collection.ErrLimit},
		{"a border too long", func(h *collection.Header, _ []collection.Item) { h.Hints.Border = strings.Repeat("b", 256) }, collection.ErrLimit},
		{"fewer than no items per page", func(h *collection.Header, _ []collection.Item) { h.Hints.PerPage = -1 }, collection.ErrMalformed},
		{"more digests than versions", func(_ *collection.Header, i []collection.Item) { i[0].Digests = make([]collection.Digest, 4) }, collection.ErrLength},
	} {
		if next, err := c.Edit(test.change); !errors.Is(err, test.want) || !next.Equal(c) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	last := shared(t, 1, label.Flag, func(h *collection.Header, _ *collection.Body) { h.Edition = math.MaxInt64 })
	_, err := last.Edit(rename)
	wantErr(t, err, collection.ErrLimit)
}

// TestSame names every field of the fixed part, and no other part.
func TestSame(t *testing.T) {
	base := func(change func(*collection.Header, *collection.Body)) collection.Collection {
		return shared(t, 3, label.Flag, func(h *collection.Header, b *collection.Body) {
			h.Created = dawn
			b.Addresses, b.Subs = []collection.Address{{1}}, []collection.Name{named(4)}
			change(h, b)
		})
	}
	c := base(func(*collection.Header, *collection.Body) {})
	for field, change := range map[string]func(h *collection.Header, b *collection.Body){
		"id":              func(h *collection.Header, _ *collection.Body) { h.ID[3]++ },
		"author":          func(h *collection.Header, _ *collection.Body) { h.Author[3]++ },
		"created":         func(h *collection.Header, _ *collection.Body) { h.Created = dawn.Add(time.Millisecond) },
		"kind":            func(_ *collection.Header, b *collection.Body) { b.Kind = label.Boolean },
		"ladder":          func(_ *collection.Header, b *collection.Body) { b.Ladder = ladderOf(3) },
		"items":           func(_ *collection.Header, b *collection.Body) { b.Items[0], b.Items[1] = b.Items[1], b.Items[0] },
		"recipients":      func(_ *collection.Header, b *collection.Body) { b.Recipients = nil },
		"addresses":       func(_ *collection.Header, b *collection.Body) { b.Addresses[0][9]++ },
		"completers":      func(_ *collection.Header, b *collection.Body) { b.Completers = b.Completers[:1] },
		"authority":       func(h *collection.Header, _ *collection.Body) { h.Authority = collection.KeyID{} },
		"sub-collections": func(_ *collection.Header, b *collection.Body) { b.Subs = append(b.Subs, named(5)) },
		"replaces":        func(_ *collection.Header, b *collection.Body) { b.Replaces = []collection.ID{{6}} },
	} {
		d := base(change)
		for _, err := range []error{c.Same(d), d.Same(c)} {
			var differs *collection.DiffError
			if !errors.As(err, &differs) || !slices.Equal(differs.Fields, []string{field}) || !errors.Is(err, collection.ErrDiffers) {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, _, err := c.Merge(d); !errors.Is(err, collection.ErrOtherCollection) {
			t.Errorf("%s: merge: %v", field, err)
		}
	}
	var differs *collection.DiffError
	two := base(func(h *collection.Header, b *collection.Body) { h.ID[0]++; b.Items = nil })
	if err := c.Same(two); !errors.As(err, &differs) || !slices.Equal(differs.Fields, []string{"id", "items"}) {
		t.Error(err)
	}
	same := applied(t, ok(c.Edit(rename))(t), ok(c.CompleteAll(anna))(t))
	order := base(func(_ *collection.Header, b *collection.Body) {
		slices.Reverse(b.Completers)
		b.Recipients = append(b.Recipients, b.Recipients...)
	})
	if c.Same(same) != nil || c.Same(order) != nil || !c.Equal(order) || c.Equal(same) {
		t.Error("editions, labels or the order of sets play a part")
	}
}

// TestSeals: a seal that the codec would not take is refused where it is made.
func TestSeals(t *testing.T) {
	c := shared(t, 1, label.Flag, func(_ *collection.Header, b *collection.Body) { b.Addresses = []collection.Address{{1}} })
	u := ok(c.CompleteAll(anna))(t)
	for _, test := range []struct {
		name string
		seal []byte
		want error
	}{{"empty", nil, collection.ErrUnsigned}, {"too long", make([]byte, 1025), collection.ErrLimit}} {
		signer := signerFunc(func() ([]byte, error) { return test.seal, nil })
		s, _, _ := streamed(1, false)
		for call, err := range map[string]error{
			"Sign": second(c.Sign(bg, signer, dawn)), "CoSign": second(c.CoSign(bg, signer, dawn)), "WithSeal": second(c.WithSeal(test.seal, dawn)),
			"Update.Sign": second(u.Sign(bg, signer, dawn)), "Resolve": second(c.Resolve(bg, signer, collection.Address{1}, ben, dawn)),
			"Accept": second(c.Accept(bg, signer, collection.Address{1}, ben, dawn)),
			"Write":  second(s.Write(bg, &strings.Builder{}, signer, dawn)),
		} {
			if !errors.Is(err, test.want) {
				t.Errorf("%s, %s seal: %v", call, test.name, err)
			}
		}
	}
	for call, err := range map[string]error{
		"Sign": second(c.Sign(bg, keyOf(anna), time.Unix(-1, 0))), "Update.Sign": second(u.Sign(bg, keyOf(anna), time.Unix(0, 0))),
		"WithSeal": second(c.WithSeal([]byte("seal"), time.Unix(0, 1))),
	} {
		wantErr(t, err, collection.ErrMalformed)
		_ = call
	}
	oops := signerFunc(func() ([]byte, error) { return nil, errOops })
	wantErr(t, second(c.Sign(bg, oops, dawn)), errOops)
	wantErr(t, second(u.Sign(bg, oops, dawn)), errOops)
	noHub := shared(t, 1, label.Flag, func(h *collection.Header, _ *collection.Body) { h.Authority = collection.KeyID{} })
	wantErr(t, second(noHub.CoSign(bg, keyOf(theHub), dawn)), collection.ErrNotAuthorised)
	wantErr(t, second(noHub.CompleteAll(theHub)), collection.ErrNotAuthorised)

	// The value that was given stays its owner's.
	seal := []byte("a seal made elsewhere")
	sealed := ok(c.WithSeal(seal, dawn))(t)
	seal[0] = 'X'
	sealed.Header().AuthorSeal[1] = 'X'
	if got := string(sealed.Header().AuthorSeal); got != "a seal made elsewhere" {
		t.Errorf("the collection's seal became %q", got)
	}
}
