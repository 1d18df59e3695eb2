package folderlink_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/folderlink"
)

// TestTake: the home takes all from a card as it would over a network, labels go, and nothing is
// taken twice or written.
func TestTake(t *testing.T) {
	k := newCard(t, 3)
	before := listing(t, k.dir)
	got, err := k.takes(k.atHome(), folderlink.Options{})
	labtest.Must(t, err)
	if got.Bytes != k.size() || len(got.Left) != 0 || got.Collection.Name() != k.name {
		t.Errorf("%d bytes instead of %d, %v are left", got.Bytes, k.size(), got.Left)
	}
	k.published(0)
	k.bob.FetchesAll(k.cam, k.name, 2, false)
	k.bob.Shows(k.cam, k.name, 2)
	k.home.Shows(k.cam, k.name, 0)
	if got, err = k.takes(k.atHome(), folderlink.Options{}); err != nil || got.Bytes != 0 {
		t.Errorf("taken again: %d bytes, %v", got.Bytes, err)
	}
	if answer := k.cam.Syncs(k.home, k.name); answer.Next != transport.Done {
		t.Errorf("the camera is asked for more: %v", answer)
	}
	if after := listing(t, k.dir); after != before {
		t.Errorf("the card has changed:\n%s\n%s", before, after)
	}
}

// listing is what is in a folder, with sizes and times.
func listing(t *testing.T, dir string) (text string) {
	t.Helper()
	labtest.Must(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		text += fs.FormatFileInfo(info) + info.ModTime().String() + name + "\n"
		return err
	}))
	return text
}

// TestPulledOut: the card goes in the middle; the rest comes when it is back, and nothing twice,
// but for the block in which it broke off.
func TestPulledOut(t *testing.T) {
	k := newCard(t, 3)
	away := k.dir + " away"
	pulled := between{k.atHome(), func(r io.Reader) io.Reader {
		return &after{r, 200_000, func() { // in the middle of the second photo
			labtest.Must(t, os.Truncate(k.photo(1), 0)) // which is open
			labtest.Must(t, os.Rename(k.dir, away))
			labtest.Must(t, os.Mkdir(k.dir, 0o700))
			labtest.Must(t, os.Rename(filepath.Join(away, "DCIM"), filepath.Join(t.TempDir(), "gone")))
			labtest.Must(t, os.Rename(filepath.Join(away, ".glimpse"), filepath.Join(k.dir, "was")))
		}}
	}}
	first, err := k.takes(pulled, folderlink.Options{})
	if !errors.Is(err, transport.ErrUnreachable) || first.Bytes == 0 || first.Bytes >= k.size() {
		t.Errorf("%d bytes, %v", first.Bytes, err)
	}
	labtest.Must(t, os.RemoveAll(k.dir))
	k.put()
	second, err := k.takes(k.atHome(), folderlink.Options{})
	if twice := first.Bytes + second.Bytes - k.size(); err != nil || twice < 0 || twice > 64<<10 {
		t.Errorf("%d bytes were taken twice, %v", twice, err)
	}
	k.published(0)
	k.home.Shows(k.cam, k.name, 2)
}

// TestStopped: who stops it does so in the middle of a file, and what came is not read again.
func TestStopped(t *testing.T) {
	k := newCard(t, 3)
	root, err := os.OpenRoot(k.dir)
	labtest.Must(t, err)
	defer root.Close()
	ctx, cancel := context.WithCancel(t.Context())
	home := between{k.atHome(), func(r io.Reader) io.Reader { return &after{r, 200_000, cancel} }}
	var first folderlink.Taken
	for taken, e := range folderlink.Take(ctx, root, k.name.Author, home, folderlink.Options{}) {
		first, err = taken, e
	}
	if !errors.Is(err, context.Canceled) || len(first.Left) != 0 {
		t.Errorf("%v, left %v", err, first.Left)
	}
	second, err := k.takes(k.atHome(), folderlink.Options{})
	if err != nil || second.Bytes == 0 || second.Bytes >= k.size()-100_000 {
		t.Errorf("%d bytes, %v", second.Bytes, err)
	}
}

// TestHalfWritten: photos that are damaged, short, gone or too large are left out, with the
// reason; all others are taken, and those as soon as they are whole.
func TestHalfWritten(t *testing.T) {
	k := newCard(t, 8)
	bad := map[int]error{0: transport.ErrDigest, 2: transport.ErrDigest, 3: transport.ErrNotFound, 5: transport.ErrTooLarge, 7: transport.ErrDigest}
	labtest.Must(t, os.Truncate(k.photo(0), 70_000))
	damage(t, k.photo(2))
	labtest.Must(t, os.Remove(k.photo(3)))
	labtest.Must(t, os.Truncate(k.photo(5), 1<<40)) // with a hole in it
	labtest.Must(t, os.Truncate(k.photo(7), 0))
	got, err := k.takes(k.atHome(), folderlink.Options{MaxVersion: 1 << 20})
	if err != nil || len(got.Left) != len(bad) {
		t.Errorf("left %v, %v", got.Left, err)
	}
	for _, left := range got.Left {
		if left.Version != 2 || !errors.Is(left.Err, bad[left.Item]) || bad[left.Item] == nil {
			t.Errorf("item %d: %v", left.Item, left.Err)
		}
	}
	if !k.handedOver() {
		t.Error("the home waits for what cannot be had")
	}
	k.published(len(bad))
	k.put()
	if got, err = k.takes(k.atHome(), folderlink.Options{}); err != nil || len(got.Left) != 0 || got.Bytes > 5*150_000 {
		t.Errorf("%d bytes, left %v, %v", got.Bytes, got.Left, err)
	}
	k.published(0)
}

// damage changes a byte.
func damage(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	labtest.Must(t, err)
	data[len(data)/2] ^= 1
	write(t, name, data)
}

// TestChanges: a file that changes between being checked and sent is refused by the home, and
// nothing of it is kept.
func TestChanges(t *testing.T) {
	k := newCard(t, 1)
	changing := between{k.atHome(), func(r io.Reader) io.Reader {
		return &after{r, 20_000, func() { damage(t, k.photo(0)) }}
	}}
	if _, err := k.takes(changing, folderlink.Options{}); !errors.Is(err, transport.ErrDigest) {
		t.Error(err)
	}
	got, err := k.takes(k.atHome(), folderlink.Options{})
	if err != nil || len(got.Left) != 1 || got.Bytes != 0 {
		t.Errorf("%d bytes, left %v, %v", got.Bytes, got.Left, err)
	}
	k.published(1)
}
