package collection_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
)

// TestNamesAsText: a name is read as it is written, also as a key of JSON, and nothing else
// is a name.
func TestNamesAsText(t *testing.T) {
	name := collection.Name{Author: collection.UserID{1, 15: 2}, ID: collection.ID{3, 15: 4}}
	if back, err := collection.ParseName(name.String()); err != nil || back != name {
		t.Errorf("%v became %v, %v", name, back, err)
	}
	data, err := json.Marshal(map[collection.Name]int{name: 1})
	if err != nil {
		t.Fatal(err)
	}
	var back map[collection.Name]int
	if err := json.Unmarshal(data, &back); err != nil || back[name] != 1 {
		t.Errorf("%s became %v, %v", data, back, err)
	}
	good := name.String()
	author, id, _ := strings.Cut(good, "/")
	for _, bad := range []string{"", "/", author, author + "/", "/" + id, author + id, good + "/", "/" + good, good + "0",
		author[1:] + "/" + id, strings.ReplaceAll(good, "f", "F") + "G", strings.ToUpper(strings.Replace(good, "0", "a", 1)), author + "\\" + id} {
		before := name
		if err := before.UnmarshalText([]byte(bad)); !errors.Is(err, collection.ErrMalformed) || before != name {
			t.Errorf("%q is %v, %v", bad, before, err)
		}
	}
}
