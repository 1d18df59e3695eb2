package collection_test

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

func TestSameWords(t *testing.T) {
	c, err := collection.New(
		collection.Header{ID: collection.ID{1}, Author: collection.UserID{1}, Created: time.UnixMilli(1), Title: "title"},
		collection.Body{Items: []collection.Item{{ID: collection.ItemID{1}, Caption: "cake"}, {ID: collection.ItemID{2}}}})
	if err != nil {
		t.Fatal(err)
	}
	for what, edit := range map[string]struct {
		change func(*collection.Header, []collection.Item)
		same   bool
	}{
		"nothing":       {func(*collection.Header, []collection.Item) {}, true},
		"a digest":      {func(_ *collection.Header, items []collection.Item) { items[0].Digests = []collection.Digest{{1}} }, true},
		"a preview":     {func(_ *collection.Header, items []collection.Item) { items[0].Preview = []byte{1} }, true},
		"a hint":        {func(h *collection.Header, _ []collection.Item) { h.Hints.PerPage = 4 }, true},
		"the title":     {func(h *collection.Header, _ []collection.Item) { h.Title = "other" }, false},
		"metadata":      {func(h *collection.Header, _ []collection.Item) { h.Metadata = map[string]string{"a": "b"} }, false},
		"a caption":     {func(_ *collection.Header, items []collection.Item) { items[0].Caption = "tart" }, false},
		"whose caption": {func(_ *collection.Header, items []collection.Item) { items[0].Caption, items[1].Caption = "", "cake" }, false},
	} {
		d, err := c.Edit(edit.change)
		if err != nil {
			t.Fatal(err)
		}
		if c.SameWords(d) != edit.same || d.SameWords(c) != edit.same {
			t.Errorf("%s: %v", what, !edit.same)
		}
	}
}
