package collection_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// streamed is a stream of n items and the same as a header and a body. Its parts
// have every form: version 1 of the ladder has no digests, version 2 has some.
func streamed(n int, rich bool) (collection.Stream, collection.Header, collection.Body) {
	h := collection.Header{ID: holiday, Author: anna}
	b := collection.Body{}
	t := collection.Stream{Len: n}
	if rich {
		h.Authority, h.Created, h.Edition, h.Title = hub, dawn, 3, "Holiday"
		h.Metadata = map[string]string{"place": "Norway", "a": "", "camera": "old"}
		h.Hints = collection.Hints{PerPage: 4, Cover: itemID(0), Border: "white 2%"}
		b.Kind, b.Ladder = label.Degree, ladderOf(4)
		b.Recipients = []collection.UserID{ben, tower, ben}
		b.Completers = []collection.UserID{home}
		b.Addresses = []collection.Address{{9}, {8}}
		b.Subs = []collection.Name{{Author: ben, ID: collection.ID{4}}, {Author: anna, ID: collection.ID{3}}}
		b.Replaces = []collection.ID{{7}, {6}, {7}}
		t.MediaType = "image/jpeg"
		t.Digests = []iter.Seq[collection.Digest]{digests(n, 0), nil, digests(n, 2)}
	}
	t.Header, t.Body = h, b
	t.Items = func(yield func(collection.ItemID) bool) {
		for i := range n {
			if !yield(itemID(i)) {
				return
			}
		}
	}
	b.Items = make([]collection.Item, n)
	for i := range b.Items {
		b.Items[i] = collection.Item{ID: itemID(i), MediaType: t.MediaType}
		if rich {
			b.Items[i].Digests = []collection.Digest{digestOf(i, 0), {}, digestOf(i, 2)}
		}
	}
	return t, h, b
}

// digestOf is the digest of a version of an item; of version 2, the second
// item's alone is not known.
func digestOf(i, version int) (d collection.Digest) {
	if version == 2 && i == 1 {
		return d
	}
	binary.BigEndian.PutUint64(d[:], uint64(i)<<8|uint64(version)|1<<60)
	return d
}

func digests(n, version int) iter.Seq[collection.Digest] {
	return func(yield func(collection.Digest) bool) {
		for i := range n {
			if !yield(digestOf(i, version)) {
				return
			}
		}
	}
}

func TestStreamWritesWhatNewAndSignMake(t *testing.T) {
	for _, n := range []int{0, 1, 3, 1_000} {
		for _, rich := range []bool{false, true} {
			for _, at := range []time.Time{{}, dawn} {
				s, h, b := streamed(n, rich)
				c := ok(collection.New(h, b))(t)
				var unsealed, sealed bytes.Buffer
				identity := ok(s.Write(bg, &unsealed, nil, at))(t)
				again := ok(s.Write(bg, &sealed, keyOf(anna), at))(t)
				if identity != c.Identity() || again != identity {
					t.Errorf("%d items: identity %v, want %v", n, identity, c.Identity())
				}
				if !bytes.Equal(unsealed.Bytes(), bytesOf(t, c)) {
					t.Errorf("%d items: unsealed stream\n%x, want\n%x", n, unsealed.Bytes(), bytesOf(t, c))
				}
				c = ok(c.Sign(bg, keyOf(anna), at))(t)
				if !bytes.Equal(sealed.Bytes(), bytesOf(t, c)) {
					t.Errorf("%d items: sealed stream\n%x, want\n%x", n, sealed.Bytes(), bytesOf(t, c))
				}
			}
		}
	}
}

func TestStreamRefuses(t *testing.T) {
	first := func(d iter.Seq[collection.Digest]) []iter.Seq[collection.Digest] {
		return []iter.Seq[collection.Digest]{d}
	}
	for _, test := range []struct {
		name   string
		change func(s *collection.Stream)
		want   error
	}{
		{"an item too few", func(s *collection.Stream) { s.Len = 301 }, collection.ErrLength},
		{"an item too many", func(s *collection.Stream) { s.Len = 299 }, collection.ErrLength},
		{"items where none are announced", func(s *collection.Stream) { s.Len = 0 }, collection.ErrLength},
		{"no items", func(s *collection.Stream) { s.Items = nil }, collection.ErrLength},
		{"a digest too few", func(s *collection.Stream) { s.Digests = first(digests(299, 0)) }, collection.ErrLength},
		{"a digest too many", func(s *collection.Stream) { s.Digests = first(digests(301, 0)) }, collection.ErrLength},
		{"digests of none", func(s *collection.Stream) { s.Digests = first(zeros(300)) }, collection.ErrLength},
		{"more versions than the ladder", func(s *collection.Stream) { s.Digests = make([]iter.Seq[collection.Digest], 5) }, collection.ErrLength},
		{"a negative number", func(s *collection.Stream) { s.Len = -1 }, collection.ErrLimit},
		{"too many items", func(s *collection.Stream) { s.Len = 1 << 24 }, collection.ErrLimit},
		{"too many bytes", func(s *collection.Stream) {
			s.Len, s.Digests = 1<<24-1, []iter.Seq[collection.Digest]{zeros(0), zeros(0), zeros(0), zeros(0)}
		}, collection.ErrLimit},
		{"a media type too long", func(s *collection.Stream) { s.MediaType = string(make([]byte, 256)) }, collection.ErrLimit},
		{"a media type that is no text", func(s *collection.Stream) { s.MediaType = "\xff" }, collection.ErrUTF8},
		{"a title too long", func(s *collection.Stream) { s.Header.Title = string(make([]byte, 1025)) }, collection.ErrLimit},
		{"no author", func(s *collection.Stream) { s.Header.Author = collection.UserID{} }, collection.ErrZero},
		{"no ladder", func(s *collection.Stream) { s.Body.Ladder = label.Ladder{} }, collection.ErrLadder},
	} {
		s, _, _ := streamed(300, true)
		test.change(&s)
		if _, err := s.Write(bg, io.Discard, keyOf(anna), dawn); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	s, _, _ := streamed(300, true)
	_, err := s.Write(bg, io.Discard, signerFunc(func() ([]byte, error) { return nil, errOops }), dawn)
	wantErr(t, err, errOops)
	_, err = s.Write(bg, io.Discard, keyOf(anna), time.Unix(-5, 0))
	wantErr(t, err, collection.ErrMalformed)
	var whole bytes.Buffer
	ok(s.Write(bg, &whole, keyOf(anna), dawn))(t)
	for n := 0; n < whole.Len(); n += 97 {
		_, err := s.Write(bg, &shortWriter{n}, keyOf(anna), dawn)
		wantErr(t, err, errOops)
	}
}

func zeros(n int) iter.Seq[collection.Digest] {
	return func(yield func(collection.Digest) bool) {
		for range n {
			if !yield(collection.Digest{}) {
				return
			}
		}
	}
}

// A shortWriter fails after so many bytes.
type shortWriter struct{ left int }

func (w *shortWriter) Write(p []byte) (int, error) {
	n := min(len(p), w.left)
	w.left -= n
	if n < len(p) {
		return n, errOops
	}
	return n, nil
}

// everything is a collection that has all parts there are, sealed.
func everything(tb failer) collection.Collection {
	_, h, b := streamed(12, true)
	h.Hints.Background = itemID(3)
	b.Completers = append(b.Completers, tower)
	for i := range b.Items {
		if i%3 == 1 {
			b.Items[i].Caption = fmt.Sprint("No. ", i, " – ø")
		}
		if i%5 == 0 {
			b.Items[i].MediaType = "video/mp4"
		}
	}
	c := ok(collection.New(h, b))(tb)
	us := []collection.Update{
		ok(c.Complete(home, itemIDs(1, 3, 5, 7)...))(tb), ok(c.Advance(tower, 2, itemID(2)))(tb),
		ok(c.TakeBack(theHub, itemID(3)))(tb), ok(c.Withdraw(itemID(11)))(tb),
	}
	for _, u := range us {
		c = applied(tb, c, signed(tb, u, dawn))
	}
	c = ok(c.Resolve(bg, keyOf(theHub), collection.Address{8}, mallory, dawn))(tb)
	return sealedBy(tb, c, anna, theHub)
}

// TestTamperedAndTruncated: with whatever is cut off or changed, nothing is
// verified.
func TestTamperedAndTruncated(t *testing.T) {
	data := bytesOf(t, everything(t))
	refused := func(what string, at int, data []byte) error {
		c, err := collection.Decode(data)
		if err == nil {
			_, err = collection.Verify(bg, newRing(), c)
		}
		if err == nil {
			t.Errorf("%s at byte %d was verified", what, at)
		}
		return err
	}
	step := 1
	if testing.Short() {
		step = 7
	}
	for n := 0; n < len(data); n += step {
		wantErr(t, refused("cut off", n, data[:n]), collection.ErrTruncated, collection.ErrMalformed)
		changed := slices.Clone(data)
		changed[n] ^= 1 << (n % 8)
		refused("changed", n, changed)
	}
	wantErr(t, refused("followed", len(data), append(slices.Clone(data), 0)), collection.ErrTrailing)
}

// TestDecodeRefusesWhoMayNotSaySo: a good key is not enough.
func TestDecodeRefusesWhoMayNotSaySo(t *testing.T) {
	c := sealedBy(t, shared(t, 2, label.Flag, nil), anna)
	for _, test := range []struct {
		by   collection.UserID
		rank label.Rank
		want error
	}{
		{anna, label.Withdrawn, nil}, {home, label.Complete, nil}, {tower, rankOf(3, label.Complete), nil}, {theHub, label.Complete, nil},
		{ben, label.Complete, collection.ErrNotAuthorised}, {home, label.Withdrawn, collection.ErrNotAuthorised},
		{theHub, label.Withdrawn, collection.ErrNotAuthorised},
	} {
		u := edited(t, ok(c.CompleteAll(anna))(t), c, func(u *wireUpdate) { u.issuer, u.ranks = test.by, []label.Rank{test.rank, test.rank} })
		data := withUpdate(bytesOf(t, c), signed(t, u, dawn), test.rank)
		if _, err := collection.Decode(data); !errors.Is(err, test.want) {
			t.Errorf("%v says %v: %v", test.by, test.rank, err)
		}
	}
}

// withUpdate appends an update that says the same of all items to the encoding
// of a collection without updates.
func withUpdate(data []byte, u collection.Update, rank label.Rank) []byte {
	data[5]++ // one part more
	data = wire.AppendArray(wire.AppendArray(wire.AppendUint(data, 5), 1), 4)
	data = wire.AppendUint(wire.AppendArray(wire.AppendArray(data, 3), 1), uint64(rank))
	data = wire.AppendBytes(wire.AppendUint(data, 0), nil)
	if issuer := u.Issuer(); issuer.IsZero() {
		data = wire.AppendBytes(data, nil)
	} else {
		data = wire.AppendBytes(data, issuer[:])
	}
	return wire.AppendBytes(wire.AppendUint(data, uint64(u.Issued().Unix())), u.Seal())
}

// heapUse returns how many bytes f allocates, freed or not, which bounds the
// growth of the heap from above.
func heapUse(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestStreamNeedsLittleMemory: 100,000 items with digests are written within 64 KiB.
func TestStreamNeedsLittleMemory(t *testing.T) {
	const bound, n = 64 << 10, 100_000
	s, _, _ := streamed(0, true)
	large, _, _ := streamed(n, false)
	s.Len, s.Items, s.Digests = n, large.Items, []iter.Seq[collection.Digest]{digests(n, 0), nil, digests(n, 2)}
	w := shortWriter{1 << 30}
	if got := heapUse(func() { ok(s.Write(bg, &w, keyOf(anna), dawn))(t) }); got > bound {
		t.Errorf("writing allocates %d bytes", got)
	}
	if written, want := 1<<30-w.left, n*(16+2*32); written < want {
		t.Fatalf("%d bytes written, fewer than %d", written, want)
	}
}
