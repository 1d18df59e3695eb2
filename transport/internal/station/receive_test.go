package station

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// thumbnail is a version that is too large for a record.
var thumbnail = bytes.Repeat([]byte("the smallest version as it was made. "), 2*maxSmall/36)

// original is the place of the complete version in the ladder.
const original = 2

// broken leaves a part of a version that is not its beginning, or, with bytes that
// are, an upload that is still open.
func broken(t *testing.T, k *Core, open bool) *sharer {
	t.Helper()
	s := must(k.Versions.join(t.Context(), versionRecord.Key(ann, digest.Sum(thumbnail))))
	must(s.Write([]byte("of somebody who lies")))
	if !open {
		must(0, s.leave())
	}
	return s
}

// whole checks that the right bytes are stored.
func whole(t *testing.T, k *Core) {
	t.Helper()
	b := must(k.Versions.Open(t.Context(), oneItem(), 0, original))
	defer b.Close()
	if got := must(io.ReadAll(io.NewSectionReader(b, 0, b.Size()))); !bytes.Equal(got, thumbnail) {
		t.Errorf("stored %d bytes, %.40q", len(got), got)
	}
	if len(k.Versions.uploads.now) != 0 {
		t.Errorf("%d uploads are remembered", len(k.Versions.uploads.now))
	}
}

// oneItem is a collection of an item of which all versions are one.
func oneItem() collection.Collection { return ofItem(thumbnail) }

func ofItem(version []byte) collection.Collection {
	d := digest.Sum(version)
	items := []collection.Item{{ID: collection.ItemID{1}, Digests: []collection.Digest{d, d, d}}}
	return must(collection.New(collection.Header{ID: collection.ID{1}, Author: ann}, collection.Body{Items: items}))
}

// owns are the ways in which a station stores what it has itself.
var owns = map[string]func(*testing.T, *Core) error{
	"keep": func(t *testing.T, k *Core) error {
		_, err := k.Versions.Keep(t.Context(), ann, thumbnail)
		return err
	},
	"import": func(t *testing.T, k *Core) error {
		return k.Versions.Import(t.Context(), oneItem(), 0, original, bytes.NewReader(thumbnail))
	},
}

// TestKeepAnew: what is made or imported here does not go on from what somebody
// else has left, nor wait for its upload.
func TestKeepAnew(t *testing.T) {
	for _, open := range []bool{false, true} {
		for what, own := range owns {
			t.Run(what, func(t *testing.T) {
				k := New(Config{Store: new(memstore.Store)})
				older := broken(t, k, open)
				must(0, own(t, k))
				if open {
					_, err := older.Write(thumbnail)
					_, read := older.ReadAt(make([]byte, 1), 0)
					for _, err := range []error{err, read} {
						if !errors.Is(err, transport.ErrOffset) {
							t.Errorf("the older upload goes on: %v", err)
						}
					}
					must(0, older.leave())
				}
				whole(t, k)
			})
		}
	}
}

// TestImportAgain: a version that is here stays, whatever is imported.
func TestImportAgain(t *testing.T) {
	k := New(Config{Store: new(memstore.Store)})
	must(0, k.Versions.Import(t.Context(), oneItem(), 0, original, bytes.NewReader(thumbnail)))
	_ = k.Versions.Import(t.Context(), oneItem(), 0, original, strings.NewReader("something else"))
	whole(t, k)
}

// slow returns what it has after it was waited for.
type slow struct {
	io.Reader
	wait func()
}

func (s *slow) Read(p []byte) (int, error) {
	if s.wait != nil {
		s.wait()
		s.wait = nil
	}
	return s.Reader.Read(p)
}

// TestReceiveAtOnce: of several uploads of one version the newest, which comes first
// to its end, stores it for all.
func TestReceiveAtOnce(t *testing.T) {
	k := New(Config{Store: new(memstore.Store)})
	const n = 5
	old := make([]error, n)
	var nested func(i int) error
	nested = func(i int) error {
		wait := func() {
			if i < n-1 {
				old[i+1] = nested(i + 1)
			}
		}
		_, err := k.Versions.Receive(t.Context(), oneItem(), 0, original, 0, &slow{bytes.NewReader(thumbnail), wait})
		return err
	}
	old[0] = nested(0)
	if err := errors.Join(old...); err != nil {
		t.Error(err)
	}
	whole(t, k)
}

// TestReceiveForNobody: a call whose context is over ends nobody's upload.
func TestReceiveForNobody(t *testing.T) {
	k := New(Config{Store: new(memstore.Store)})
	s := must(k.Versions.join(t.Context(), versionRecord.Key(ann, digest.Sum(thumbnail))))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.Versions.Receive(ctx, oneItem(), 0, original, 0, bytes.NewReader(thumbnail)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	keep := func(changes ...transport.Change) error { return record.Put(t.Context(), k.Store, changes...) }
	must(k.Versions.fill(t.Context(), s, oneItem(), 0, original, bytes.NewReader(thumbnail), keep))
	must(0, s.leave())
	whole(t, k)
}

// hangUp is the end of a stream whose sender goes when all is sent.
type hangUp func()

func (h hangUp) Read([]byte) (int, error) {
	h()
	return 0, io.EOF
}

// TestSenderGone: what has come whole is stored, and can be served by blocks, though
// its sender is gone.
func TestSenderGone(t *testing.T) {
	d := digest.Sum(thumbnail)
	item := []collection.Item{{ID: collection.ItemID{1}, Digests: []collection.Digest{{}, {}, d}}}
	c := must(collection.New(collection.Header{ID: collection.ID{1}, Author: ann}, collection.Body{Items: item}))
	k := New(Config{Store: new(memstore.Store)})
	ctx, cancel := context.WithCancel(t.Context())
	must(k.Versions.Receive(ctx, c, 0, 2, 0, io.MultiReader(bytes.NewReader(thumbnail), hangUp(cancel))))
	whole(t, k)
	must(record.Need(t.Context(), k.Store, leavesRecord.Key(d)))
}
