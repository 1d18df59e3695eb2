package collection_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
)

// The head of the view of a small collection, and its items of each kind: as
// people read them, complete ones without a label.
const jsonHead = `{"id":"01000000000000000000000000000000","author":"aa000000000000000000000000000000",`

var jsonItems = map[label.Kind]string{
	label.Flag: `[{"id":"00000001000000000000000000000007","label":true},` +
		`{"id":"00000002000000000000000000000007"},` +
		`{"id":"00000003000000000000000000000007","label":"withdrawn"},` +
		`{"id":"00000004000000000000000000000007","label":true,"generation":1}]}`,
	label.Boolean: `[{"id":"00000001000000000000000000000007","label":true},` +
		`{"id":"00000002000000000000000000000007","label":false},` +
		`{"id":"00000003000000000000000000000007","label":"withdrawn"},` +
		`{"id":"00000004000000000000000000000007","label":true,"generation":1}]}`,
	label.Degree: `[{"id":"00000001000000000000000000000007","label":2},` +
		`{"id":"00000002000000000000000000000007"},` +
		`{"id":"00000003000000000000000000000007","label":"withdrawn"},` +
		`{"id":"00000004000000000000000000000007","label":0,"generation":1}]}`,
}

func TestJSONOfEachKind(t *testing.T) {
	for _, kind := range kinds {
		c := shared(t, 4, kind, func(h *collection.Header, b *collection.Body) {
			h.Authority, h.Title, b.Recipients, b.Completers = collection.KeyID{}, "", nil, nil
		})
		level := 0
		if kind == label.Degree {
			level = 2
		}
		c = applied(t, c, ok(c.Advance(anna, level, itemID(0)))(t))
		c = applied(t, c, ok(c.TakeBack(anna, itemID(3)))(t))
		c = applied(t, c, ok(c.Withdraw(itemID(2)))(t))
		c = applied(t, c, ok(c.Complete(anna, itemID(1)))(t))
		want := jsonHead + `"edition":0,"kind":"` + kind.String() + `","versions":["thumbnail","screen","original"],"updates":1,"items":` + jsonItems[kind]
		if got := string(ok(json.Marshal(c))(t)); got != want {
			t.Errorf("%v:\n%s, want\n%s", kind, got, want)
		}
	}
}

func TestJSONOfAllParts(t *testing.T) {
	h := collection.Header{
		ID: holiday, Author: anna, Authority: hub, Created: dawn, Edition: 2, Title: "Holiday",
		Metadata: map[string]string{"b": "2", "a": "1"},
	}
	b := collection.Body{
		Items:      []collection.Item{{ID: lake, Caption: "<The lake>", MediaType: "image/jpeg", Digests: []collection.Digest{{1}, {}, {2}}, Preview: []byte{7, 8}}},
		Recipients: []collection.UserID{ben}, Addresses: []collection.Address{{3}}, Completers: []collection.UserID{home},
		Subs: []collection.Name{{Author: ben, ID: collection.ID{4}}}, Replaces: []collection.ID{{5}},
	}
	c := ok(sealedBy(t, ok(collection.New(h, b))(t), anna, theHub).End(bg, keyOf(anna), dawn))(t)
	const zeros = "00000000000000000000000000000000"
	want := jsonHead + `"authority":"99` + zeros[2:] + zeros + `","created":"2026-05-28T20:26:40Z","edition":2,"title":"Holiday",` +
		`"metadata":{"a":"1","b":"2"},"kind":"flag","versions":["thumbnail","screen","original"],` +
		`"recipients":["bb` + zeros[2:] + `"],"addresses":["03` + zeros[2:] + zeros + `"],"completers":["cc` + zeros[2:] + `"],` +
		`"collections":["bb` + zeros[2:] + `/04` + zeros[2:] + `"],"replaces":["05` + zeros[2:] + `"],"ended":true,"updates":0,"sealed":["author","authority"],` +
		`"items":[{"id":"02` + zeros[2:] + `","label":true,"caption":"\u003cThe lake\u003e","type":"image/jpeg",` +
		`"digests":{"original":"02` + zeros[2:] + zeros + `","thumbnail":"01` + zeros[2:] + zeros + `"},"preview":"Bwg="}]}`
	got := ok(json.Marshal(c))(t)
	if string(got) != want {
		t.Errorf("\n%s, want\n%s", got, want)
	}
	if again := ok(json.Marshal(ok(collection.Decode(bytesOf(t, c)))(t)))(t); !bytes.Equal(got, again) {
		t.Errorf("decoded, it shows %s", again)
	}
	if !json.Valid(ok(collection.Collection{}.MarshalJSON())(t)) {
		t.Error("the zero collection has no view")
	}
}
