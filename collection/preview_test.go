package collection_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"pgregory.net/rapid"
)

// previewing returns the next edition, with these previews.
func previewing(tb failer, c collection.Collection, previews map[int][]byte) collection.Collection {
	return ok(c.Edit(func(_ *collection.Header, items []collection.Item) {
		for i, p := range previews {
			items[i].Preview = p
		}
	}))(tb)
}

func TestPreviewsMayBeAddedOrRemovedNeverChanged(t *testing.T) {
	none := shared(t, 3, label.Flag, nil)
	one := previewing(t, none, map[int][]byte{1: []byte("one")})
	gone := previewing(t, one, map[int][]byte{1: nil})
	if got := one.Item(1).Preview; string(got) != "one" || one.Preview(0) != nil || one.Item(0).Preview != nil || gone.Preview(1) != nil {
		t.Errorf("added %q, removed %q", got, gone.Preview(1))
	}
	back := previewing(t, gone, map[int][]byte{0: []byte("zero"), 1: []byte("other")})
	if back.Preview(1) != nil || string(back.Preview(0)) != "zero" {
		t.Errorf("after it was removed: %q, and another one %q", back.Preview(1), back.Preview(0))
	}
	_, err := one.Edit(func(_ *collection.Header, items []collection.Item) { items[1].Preview[0]++ })
	var at *collection.ItemError
	if !errors.Is(err, collection.ErrPreviewChanged) || !errors.As(err, &at) || at.Item != itemID(1) || string(one.Preview(1)) != "one" {
		t.Errorf("changed in place: %v, now %q", err, one.Preview(1))
	}
	// Who has missed the editions between takes the last one.
	if got := merged(t, one, back); !got.Equal(back) || !merged(t, back, one).Equal(back) {
		t.Error("the later edition does not stand")
	}
}

// TestContradictingPreviews: of two editions that were made at once with two decoders
// neither is taken for the other.
func TestContradictingPreviews(t *testing.T) {
	c := shared(t, 70, label.Flag, nil)
	x := previewing(t, c, map[int][]byte{3: []byte("same"), 66: []byte("mine")})
	y := previewing(t, c, map[int][]byte{3: []byte("same"), 65: []byte("more"), 66: []byte("yours")})
	for _, pair := range [][2]collection.Collection{{x, y}, {y, x}} {
		next, changed, err := pair[0].Merge(pair[1])
		var at *collection.ItemError
		if !errors.Is(err, collection.ErrPreviewChanged) || !errors.Is(err, collection.ErrNotAuthorised) || changed || !next.Equal(pair[0]) {
			t.Errorf("changed %v, %v", changed, err)
		}
		if err := pair[0].Contradicts(pair[1]); !errors.As(err, &at) || at.Item != itemID(66) {
			t.Errorf("contradicts: %v", err)
		}
	}
	blank := previewing(t, y, map[int][]byte{66: nil})
	if err := blank.Contradicts(x); err != nil || !merged(t, x, blank).Equal(blank) {
		t.Errorf("one of them removes it: %v", err)
	}
	if err := x.Contradicts(shared(t, 2, label.Flag, nil)); err != nil {
		t.Errorf("another collection: %v", err)
	}
}

// TestHasPreviewsOf: what stands after an edition without its previews would let others
// take their place.
func TestHasPreviewsOf(t *testing.T) {
	c := shared(t, 70, label.Flag, nil)
	one := previewing(t, c, map[int][]byte{3: {1}, 66: {2}})
	gone, other := previewing(t, one, map[int][]byte{66: nil}), previewing(t, c, map[int][]byte{3: {1}, 66: {3}})
	for _, test := range []struct {
		what string
		c, d collection.Collection
		want bool
	}{
		{"the one before", one, c, true}, {"blank", c, one, false}, {"itself", one, one, true}, {"removed", gone, one, true},
		{"back", one, gone, false}, {"another", other, one, false}, {"fewer", previewing(t, c, map[int][]byte{3: {1}}), one, false},
		{"none of both", c, previewing(t, c, nil), true}, {"another collection", shared(t, 2, label.Flag, nil), c, false},
	} {
		if got := test.c.HasPreviewsOf(test.d); got != test.want {
			t.Errorf("%s: %v", test.what, got)
		}
	}
}

// TestRemovedByEither: an edition that is to stand after another one does not bring
// back what that has removed.
func TestRemovedByEither(t *testing.T) {
	c := previewing(t, shared(t, 2, label.Flag, nil), map[int][]byte{0: {1}, 1: {2}})
	ours, theirs := previewing(t, c, map[int][]byte{0: nil}), previewing(t, c, map[int][]byte{1: nil})
	next := ok(theirs.EditAfter(ours, func(_ *collection.Header, items []collection.Item) { items[1].Preview = []byte{2} }))(t)
	if next.Preview(0) != nil || next.Preview(1) != nil {
		t.Errorf("previews %x and %x", next.Preview(0), next.Preview(1))
	}
	_, err := c.EditAfter(shared(t, 1, label.Flag, nil), func(*collection.Header, []collection.Item) {})
	wantErr(t, err, collection.ErrOtherCollection)
}

// TestNoPreviewOfWhatIsWithdrawn, anywhere; and the next edition does without.
func TestNoPreviewOfWhatIsWithdrawn(t *testing.T) {
	c := previewing(t, shared(t, 2, label.Flag, nil), map[int][]byte{0: {1}, 1: {2}})
	c = applied(t, c, ok(c.Withdraw(itemID(0)))(t))
	if c.Preview(0) != nil || c.Item(0).Preview != nil || c.Body().Items[0].Preview != nil || c.Preview(1) == nil {
		t.Errorf("withdrawn: %x, the other one %x", c.Preview(0), c.Preview(1))
	}
	text := string(ok(c.MarshalJSON())(t))
	if bytes.Contains([]byte(text), []byte(`"AQ=="`)) || !bytes.Contains([]byte(text), []byte(`"preview":"Ag=="`)) {
		t.Error(text)
	}
	next := previewing(t, c, map[int][]byte{0: []byte("as if it had none")})
	back := applied(t, next, ok(next.TakeBack(anna, itemID(0)))(t))
	if back.Preview(0) != nil || back.Preview(1) == nil {
		t.Errorf("after an edition: %x, the other one %x", back.Preview(0), back.Preview(1))
	}
}

// TestPreviewsOfAnyLengths are there again when they are decoded.
func TestPreviewsOfAnyLengths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		previews := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, rapid.IntRange(0, 32).Draw(t, "most")), 1, 300).Draw(t, "previews")
		c := shared(t, len(previews), label.Flag, func(_ *collection.Header, b *collection.Body) {
			for i, p := range previews {
				b.Items[i].Preview = p
			}
		})
		back := ok(collection.Decode(bytesOf(t, c)))(t)
		for i, p := range previews {
			if !bytes.Equal(back.Preview(i), p) || !bytes.Equal(c.Item(i).Preview, p) {
				t.Fatalf("preview %d: %x, want %x", i, back.Preview(i), p)
			}
		}
		if again := ok(collection.New(back.Header(), back.Body()))(t); !again.Equal(c) {
			t.Fatal("made of its body, it is another one")
		}
	})
}

func TestPreviewTooLong(t *testing.T) {
	items := []collection.Item{{ID: lake, Preview: make([]byte, 33)}}
	_, err := collection.New(collection.Header{ID: holiday, Author: anna}, collection.Body{Items: items})
	wantErr(t, err, collection.ErrLimit)
	items[0].Preview = items[0].Preview[:32]
	ok(collection.New(collection.Header{ID: holiday, Author: anna}, collection.Body{Items: items}))(t)
}

// TestPreviewsCostTheirBytes: previews of one, two or four lengths take no bit, one or two
// an item beside their bytes.
func TestPreviewsCostTheirBytes(t *testing.T) {
	const n = 1000
	size := func(preview func(i int) []byte) int {
		return len(bytesOf(t, shared(t, n, label.Flag, func(_ *collection.Header, b *collection.Body) {
			for i := range b.Items {
				b.Items[i].Preview = preview(i)
			}
		})))
	}
	none := size(func(int) []byte { return nil })
	for lengths, most := range map[int]int{1: 16, 2: 16 + n/8, 4: 20 + n/4} {
		sum := 0
		all := size(func(i int) []byte {
			p := make([]byte, 21+i%lengths)
			sum += len(p)
			return p
		})
		if more := all - none - sum; more > most {
			t.Errorf("%d lengths: %d bytes beside the previews, want %d at most", lengths, more, most)
		}
	}
}

func TestPreviewAllocatesNothing(t *testing.T) {
	c := shared(t, 1000, label.Flag, func(_ *collection.Header, b *collection.Body) {
		for i := range b.Items {
			b.Items[i].Preview = make([]byte, i%33)
		}
	})
	for _, i := range []int{1, 63, 64, 999} {
		if n := testing.AllocsPerRun(10, func() { c.Preview(i) }); n != 0 {
			t.Errorf("preview %d: %v allocations", i, n)
		}
	}
	if p := c.Preview(5); cap(p) != len(p) {
		t.Error("what is appended to a preview would be written into the next one")
	}
	if slices.ContainsFunc([]int{0, 33, 66}, func(i int) bool { return c.Preview(i) != nil }) {
		t.Error("an empty preview is not nil")
	}
}

// A camera gives a photo a preview, which recipients see before any picture has come.
func ExampleCollection_Preview() {
	c, err := collection.New(
		collection.Header{ID: holiday, Author: anna},
		collection.Body{Items: []collection.Item{{ID: lake, Preview: []byte("blurred lake")}, {ID: boat}}})
	fmt.Printf("%q %q %v\n", c.Preview(0), c.Preview(1), err)

	update, _ := c.Withdraw(lake)
	c, _, err = c.Apply(update)
	fmt.Printf("%q %v\n", c.Preview(0), err)
	// Output:
	// "blurred lake" "" <nil>
	// "" <nil>
}
