package folderlink_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/folderlink"
)

// TestPut: what is in the folder is named where it lies, also by a link, and what is not is copied.
func TestPut(t *testing.T) {
	k := newCard(t, 1)
	id := k.cam.Items[0].ID
	want := fmt.Sprintf("%s 0 .glimpse/%s/%s.0\n%s 2 DCIM/100 LAKE/IMG 0.JPG\n", id, k.name.ID, id, id)
	if got, err := os.ReadFile(k.in("files")); string(got) != want || err != nil {
		t.Errorf("%s%v", got, err)
	}
	entries, err := os.ReadDir(k.in(""))
	if len(entries) != 3 || err != nil { // nothing is left of how it was written
		t.Errorf("%v, %v", entries, err)
	}
	link := filepath.Join(t.TempDir(), "link")
	labtest.Must(t, os.Symlink(k.dir, link))
	versions := map[collection.ItemID][]string{id: {"", "", filepath.Join(link, "DCIM", "100 LAKE", "IMG 0.JPG"), "of no version"}}
	labtest.Must(t, folderlink.Put(t.Context(), link, k.album, versions))
	want = fmt.Sprintf("%s 2 DCIM/100 LAKE/IMG 0.JPG\n", id)
	if got, err := os.ReadFile(k.in("files")); string(got) != want || err != nil {
		t.Errorf("%s%v", got, err)
	}
}

// TestPutByALinkThatLeadsOut: a photo that only seems to be in the folder is copied, and so is one
// whose name cannot be listed.
func TestPutByALinkThatLeadsOut(t *testing.T) {
	k := newCard(t, 2)
	elsewhere, odd := filepath.Join(t.TempDir(), "photo"), filepath.Join(k.dir, "a\nb")
	labtest.Must(t, os.Rename(k.photo(0), elsewhere))
	labtest.Must(t, os.Symlink(elsewhere, k.photo(0)))
	labtest.Must(t, os.Rename(k.photo(1), odd))
	versions := map[collection.ItemID][]string{}
	for i, name := range []string{k.photo(0), odd} {
		versions[k.cam.Items[i].ID] = []string{"", "", name}
	}
	labtest.Must(t, folderlink.Put(t.Context(), k.dir, k.album, versions))
	labtest.Must(t, os.Remove(elsewhere))
	if got, err := k.takes(k.atHome(), folderlink.Options{}); err != nil || len(got.Left) != 0 {
		t.Errorf("left %v, %v", got.Left, err)
	}
	k.home.Shows(k.cam, k.name, 2)
}

// TestPutLeavesOut: what is not there is left out; a collection without a seal, and a folder that
// cannot be written, are errors.
func TestPutLeavesOut(t *testing.T) {
	k := newCard(t, 1)
	id := k.cam.Items[0].ID
	gone := map[collection.ItemID][]string{id: {filepath.Join(k.dir, "gone"), "", k.photo(0)}}
	labtest.Must(t, folderlink.Put(t.Context(), k.dir, k.album, gone))
	if got, err := k.takes(k.atHome(), folderlink.Options{}); err != nil || len(got.Left) != 0 || got.Bytes != 140_000 {
		t.Errorf("%d bytes, %v", got.Bytes, err)
	}
	header := k.album.Header()
	header.AuthorSeal = nil
	unsealed, err := collection.New(header, k.album.Body())
	labtest.Must(t, err)
	if err := folderlink.Put(t.Context(), k.dir, unsealed, gone); !errors.Is(err, transport.ErrSeal) {
		t.Error(err)
	}
	if err := folderlink.Put(t.Context(), k.photo(0), k.album, gone); !errors.Is(err, transport.ErrStorage) {
		t.Error(err)
	}
}
