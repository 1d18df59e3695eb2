package collection_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/collection"
)

// TestParts: a collection that is encoded in two parts is the same when it is decoded,
// and the first part, a collection itself, has nothing of what is said of it.
func TestParts(t *testing.T) {
	n := 0
	for _, v := range readVectors(t) {
		if v.Kind != "collection" || v.Error != "" {
			continue
		}
		c, err := v.Limits.Decode(v.input(t))
		if err != nil {
			t.Fatal(err)
		}
		if c.Validate() != nil {
			continue
		}
		n++
		manifest, said, err := c.MarshalParts()
		if err != nil {
			t.Fatal(err)
		}
		back, err := collection.DecodeParts(manifest, said)
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		checkSame(t, back, bytesOf(t, c))
		checkBare(t, c, manifest)
	}
	if n < 20 {
		t.Errorf("%d collections only", n)
	}
}

// checkBare checks a manifest of c.
func checkBare(t *testing.T, c collection.Collection, manifest []byte) {
	t.Helper()
	bare, err := collection.Decode(manifest)
	if err != nil {
		t.Fatal(err)
	}
	for range bare.Updates() {
		t.Error("an update in a manifest")
	}
	for range bare.Resolved() {
		t.Error("a resolved address in a manifest")
	}
	if h := bare.Header(); !bare.IsDraft() || len(h.AuthoritySeal) > 0 || bare.EditionDigest() != c.EditionDigest() {
		t.Errorf("manifest %+v", h)
	}
}

// TestPartsRefused: each part has what is its own, all of it, and nothing else.
func TestPartsRefused(t *testing.T) {
	c := ok(shared(t, 3, 0, nil).Sign(t.Context(), keyOf(anna), dawn))(t)
	manifest, said, err := c.MarshalParts()
	if err != nil {
		t.Fatal(err)
	}
	var fields struct {
		_       struct{} `cbor:",toarray"`
		Content map[int]cbor.RawMessage
	}
	tag := cbor.RawTag{}
	if err := errors.Join(cbor.Unmarshal(manifest, &tag), cbor.Unmarshal(tag.Content, &fields.Content)); err != nil {
		t.Fatal(err)
	}
	for what, parts := range map[string][2][]byte{
		"a fixed part in the second":    {manifest, append([]byte{0xa1, 1}, fields.Content[1]...)},
		"an edition in the second":      {manifest, append([]byte{0xa1, 2}, fields.Content[2]...)},
		"all of the first in it":        {manifest, tag.Content},
		"what is said in the first":     {bytesOf(t, c), said},
		"what is said only in it":       {bytesOf(t, c), {0xa0}},
		"more than the second":          {manifest, append(bytes.Clone(said), 0)},
		"less than it":                  {manifest, said[:len(said)-1]},
		"an unknown key":                {manifest, {0xa1, 7, 0}},
		"no second":                     {manifest, nil},
		"no first":                      {nil, said},
		"an empty list of updates":      {manifest, {0xa1, 5, 0x80}},
		"a longer form of an empty map": {manifest, {0xb8, 0}},
	} {
		if _, err := collection.DecodeParts(parts[0], parts[1]); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, _, err := (collection.Collection{}).MarshalParts(); !errors.Is(err, collection.ErrZero) {
		t.Errorf("the zero collection: %v", err)
	}
}
