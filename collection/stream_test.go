package collection_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/column"
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

// wantColumns are the columns of c as a stream hands them out.
func wantColumns(c collection.Collection) map[string][]byte {
	want := map[string][]byte{}
	add := func(col collection.Column, index int, b []byte) {
		key := fmt.Sprint(col, "/", index)
		want[key] = append(want[key], b...)
	}
	var text []byte
	var types []string
	for i := range c.Len() {
		types = append(types, c.Item(i).MediaType)
	}
	names := slices.Compact(slices.Sorted(slices.Values(types)))
	places := make([]uint32, c.Len())
	for i := range c.Len() {
		item := c.Item(i)
		add(collection.ColumnItems, 0, item.ID[:])
		if item.Caption != "" {
			text = append(text, item.Caption...)
			add(collection.ColumnCaptions, 0, binary.BigEndian.AppendUint32(nil, uint32(i)))
			add(collection.ColumnCaptions, 1, binary.BigEndian.AppendUint32(nil, uint32(len(text))))
		}
		for _, v := range []int{0, 2} {
			d, _ := c.Digest(i, v)
			add(collection.ColumnDigests, v, d[:])
		}
		places[i] = uint32(slices.Index(names, item.MediaType))
	}
	add(collection.ColumnCaptions, 2, text)
	encoded := wire.AppendArray(wire.AppendArray(nil, 3), len(names))
	for _, name := range names {
		encoded = wire.AppendText(encoded, name)
	}
	_, form, packed := column.FromValues(places).Encode()
	add(collection.ColumnTypes, 0, wire.AppendBytes(wire.AppendUint(encoded, uint64(form)), packed))
	for u := range c.Recipients() {
		add(collection.ColumnRecipients, 0, u[:])
	}
	for a := range c.Addresses() {
		add(collection.ColumnAddresses, 0, a[:])
	}
	for u := range c.Completers() {
		add(collection.ColumnCompleters, 0, u[:])
	}
	for n := range c.Subs() {
		add(collection.ColumnSubs, 0, slices.Concat(n.Author[:], n.ID[:]))
	}
	k := 0
	for u := range c.Updates() {
		values := make([]uint32, c.Len())
		for i, rank := range u.Labels() {
			values[i] = uint32(rank)
		}
		dict, form, packed := column.FromValues(values).Encode()
		encoded := wire.AppendArray(wire.AppendArray(nil, 3), len(dict))
		for _, rank := range dict {
			encoded = wire.AppendUint(encoded, uint64(rank))
		}
		add(collection.ColumnLabels, k, wire.AppendBytes(wire.AppendUint(encoded, uint64(form)), packed))
		k++
	}
	return want
}

// readAll reads a stream and puts its columns together.
func readAll(tb failer, r io.Reader) (collection.Streamed, map[string][]byte, error) {
	have, last := map[string][]byte{}, collection.Column(0)
	s, err := collection.ReadStream(bg, newRing(), r, collection.Limits{}, func(c collection.Chunk) error {
		key := fmt.Sprint(c.Column, "/", c.Index)
		if c.Column < last || c.Offset != int64(len(have[key])) || len(c.Data) == 0 {
			tb.Fatalf("column %d after %d, offset %d after %d bytes", c.Column, last, c.Offset, len(have[key]))
		}
		last = c.Column
		have[key] = append(have[key], c.Data...)
		return nil
	})
	return s, have, err
}

func TestReadStreamYieldsWhatDecodeReads(t *testing.T) {
	c := everything(t)
	v := ok(collection.Verify(bg, newRing(), c))(t)
	data := bytesOf(t, c)
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(data), "byte by byte": iotest.OneByteReader(bytes.NewReader(data)),
		"end with data": iotest.DataErrReader(bytes.NewReader(data)),
	} {
		s, have, err := readAll(t, r)
		if err != nil {
			t.Fatal(name, err)
		}
		h := c.Header()
		h.Metadata, h.Hints, h.AuthorSeal, h.AuthoritySeal = nil, collection.Hints{}, nil, nil
		want := collection.Streamed{Header: h, Kind: c.Kind(), Ladder: c.Ladder(), Len: c.Len(), Identity: c.Identity(), Report: v.Report()}
		if !reflect.DeepEqual(s, want) {
			t.Errorf("%s: %+v, want %+v", name, s, want)
		}
		for key, column := range wantColumns(c) {
			if !bytes.Equal(have[key], column) {
				t.Errorf("%s: column %s is %x, want %x", name, key, have[key], column)
			}
			delete(have, key)
		}
		for key := range have {
			if len(have[key]) > 0 {
				t.Errorf("%s: column %s was not to be expected", name, key)
			}
		}
	}
}

// TestReadStreamOfLargeColumns: columns of more than a chunk come in order.
func TestReadStreamOfLargeColumns(t *testing.T) {
	s, h, b := streamed(1_000, true)
	var data bytes.Buffer
	ok(s.Write(bg, &data, keyOf(anna), dawn))(t)
	_, have, err := readAll(t, &data)
	if err != nil {
		t.Fatal(err)
	}
	for key, column := range wantColumns(ok(collection.New(h, b))(t)) {
		if !bytes.Equal(have[key], column) {
			t.Errorf("column %s differs", key)
		}
	}
}

// TestTamperedAndTruncated: with whatever is cut off or changed, nothing is
// verified, whether streamed or decoded.
func TestTamperedAndTruncated(t *testing.T) {
	data := bytesOf(t, everything(t))
	refused := func(what string, at int, data []byte) error {
		s, _, err := readAll(t, bytes.NewReader(data))
		if err == nil || !reflect.DeepEqual(s, collection.Streamed{}) {
			t.Errorf("%s at byte %d: streamed %+v, %v", what, at, s, err)
		}
		if c, err := collection.Decode(data); err == nil {
			if _, err := collection.Verify(bg, newRing(), c); err == nil {
				t.Errorf("%s at byte %d was verified", what, at)
			}
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

func TestReadStreamEndsWithErrors(t *testing.T) {
	data := bytesOf(t, everything(t))
	chunks := 0
	yieldUntil := func(stop int) error {
		chunks = 0
		_, err := collection.ReadStream(bg, newRing(), bytes.NewReader(data), collection.Limits{}, func(collection.Chunk) error {
			if chunks++; chunks == stop {
				return errOops
			}
			return nil
		})
		return err
	}
	if err := yieldUntil(-1); err != nil {
		t.Fatal(err)
	}
	for stop := range chunks {
		wantErr(t, yieldUntil(stop+1), errOops)
		if chunks != stop+1 {
			t.Errorf("went on for %d chunks after the error in chunk %d", chunks-stop-1, stop+1)
		}
	}
	for n := range data {
		_, _, err := readAll(t, io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errOops)))
		wantErr(t, err, errOops)
	}
	for _, l := range []collection.Limits{{Size: 20}, {Items: 11}, {Recipients: 1}, {Subs: 1}, {Title: 6}, {Text: 9}, {Types: 1}, {Metadata: 2}, {Updates: 3}, {Seal: 63}} {
		_, err := collection.ReadStream(bg, newRing(), bytes.NewReader(data), l, func(collection.Chunk) error { return nil })
		wantErr(t, err, collection.ErrLimit)
	}
	unsealed := bytesOf(t, shared(t, 2, label.Flag, nil))
	_, _, err := readAll(t, bytes.NewReader(unsealed))
	wantErr(t, err, collection.ErrUnsigned)
}

// TestReadStreamRefusesWhoMayNotSaySo: a good key is not enough.
func TestReadStreamRefusesWhoMayNotSaySo(t *testing.T) {
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
			t.Errorf("%v says %v: decoded: %v", test.by, test.rank, err)
		}
		if _, _, err := readAll(t, bytes.NewReader(data)); !errors.Is(err, test.want) {
			t.Errorf("%v says %v: streamed: %v", test.by, test.rank, err)
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

// TestStreamsNeedLittleMemory: 100,000 items with digests are written, and read,
// within 64 KiB.
func TestStreamsNeedLittleMemory(t *testing.T) {
	const bound, n = 64 << 10, 100_000
	s, _, _ := streamed(0, true)
	large, _, _ := streamed(n, false)
	s.Len, s.Items, s.Digests = n, large.Items, []iter.Seq[collection.Digest]{digests(n, 0), nil, digests(n, 2)}
	hash := sha256.New()
	if got := heapUse(func() { ok(s.Write(bg, hash, keyOf(anna), dawn))(t) }); got > bound {
		t.Errorf("writing allocates %d bytes", got)
	}
	var data bytes.Buffer
	ok(s.Write(bg, &data, keyOf(anna), dawn))(t)
	if want := n * (16 + 2*32); data.Len() < want {
		t.Fatalf("%d bytes written, fewer than %d", data.Len(), want)
	}
	got := heapUse(func() {
		ok(collection.ReadStream(bg, newRing(), &data, collection.Limits{}, func(c collection.Chunk) error { return nil }))(t)
	})
	if got > bound {
		t.Errorf("reading allocates %d bytes", got)
	}
}
