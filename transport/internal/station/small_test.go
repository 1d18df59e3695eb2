package station

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// blobs lists the blobs of a store.
func blobs(t *testing.T, s transport.Store) (keys []string) {
	t.Helper()
	for b, err := range s.List(t.Context(), "", "", 0) {
		must(0, err)
		keys = append(keys, b.Key)
	}
	return keys
}

// TestSmallIsARecord: a small version is in its record, whichever way it comes, and a
// larger or a complete one is a blob; all are read alike.
func TestSmallIsARecord(t *testing.T) {
	for _, size := range []int{0, 1, maxSmall, maxSmall + 1} {
		data := bytes.Repeat([]byte{7}, size)
		c := ofItem(data)
		for _, version := range []int{0, original} {
			for what, store := range map[string]func(*Core) error{
				"received": func(k *Core) error {
					n, err := k.Versions.Receive(t.Context(), c, 0, version, 0, bytes.NewReader(data))
					if n != int64(size) {
						t.Errorf("received %d of %d bytes", n, size)
					}
					return err
				},
				"imported": func(k *Core) error { return k.Versions.Import(t.Context(), c, 0, version, bytes.NewReader(data)) },
			} {
				k := New(Config{Store: new(memstore.Store)})
				must(0, store(k))
				b := must(k.Versions.Open(t.Context(), c, 0, version))
				if got := must(io.ReadAll(io.NewSectionReader(b, 0, b.Size()))); !bytes.Equal(got, data) {
					t.Errorf("%s: %d bytes of %d", what, len(got), size)
				}
				want := 0
				if size > maxSmall || version == original {
					want = 1
				}
				if keys := blobs(t, k.Store); len(keys) != want {
					t.Errorf("%s, version %d of %d bytes: blobs %v", what, version, size, keys)
				}
			}
		}
	}
}

// TestSmallRefused: bytes that are not those of the digest, or too many, leave nothing.
func TestSmallRefused(t *testing.T) {
	c := ofItem([]byte("a small one"))
	for what, r := range map[string]struct {
		data string
		max  int64
		want error
	}{
		"others":   {"a small two", 0, transport.ErrDigest},
		"fewer":    {"a small", 0, transport.ErrDigest},
		"more":     {"a small one, and more", 0, transport.ErrDigest},
		"too many": {"a small one", 10, transport.ErrTooLarge},
	} {
		k := New(Config{Store: new(memstore.Store), MaxBytes: r.max})
		if _, err := k.Versions.Receive(t.Context(), c, 0, 0, 0, strings.NewReader(r.data)); !errors.Is(err, r.want) {
			t.Errorf("%s: %v", what, err)
		}
		if held := must(k.Versions.Held(t.Context(), c)); !held[0].IsEmpty() || must(k.Versions.Part(t.Context(), c, 0, 0)) != 0 {
			t.Errorf("%s: something is left", what)
		}
	}
}

// TestSmallBreaksOff: what has come of a small version is gone on with.
func TestSmallBreaksOff(t *testing.T) {
	k := New(Config{Store: new(memstore.Store)})
	data, broken := []byte("a small one"), errors.New("broken off")
	c := ofItem(data)
	if _, err := k.Versions.Receive(t.Context(), c, 0, 0, 0, io.MultiReader(bytes.NewReader(data[:4]), failing{broken})); !errors.Is(err, broken) {
		t.Error(err)
	}
	if n := must(k.Versions.Part(t.Context(), c, 0, 0)); n != 4 {
		t.Errorf("%d bytes are kept", n)
	}
	must(k.Versions.Receive(t.Context(), c, 0, 0, 4, bytes.NewReader(data[4:])))
	if b := must(k.Versions.Open(t.Context(), c, 0, 0)); b.Size() != 11 {
		t.Errorf("%d bytes", b.Size())
	}
}

// TestArrivals: the records of small versions wait for the step that says they are here,
// up to so many bytes, and none is lost.
func TestArrivals(t *testing.T) {
	w := &counted{Store: new(memstore.Store)}
	a := arrivals{core: &Core{Config: Config{Store: w}}}
	keep := a.keep(t.Context())
	var keys []string
	for i := range 40 {
		key := versionRecord.Key(ann, digest.Digest{byte(i)})
		keys = append(keys, key)
		must(0, keep(transport.Change{Key: key, Value: smallRecord(make([]byte, maxSmall))}))
		if a.size >= maxArrivals+maxSmall {
			t.Fatalf("%d bytes wait", a.size)
		}
	}
	if len(a.changes) == 0 {
		t.Error("none waits")
	}
	must(0, record.Put(context.Background(), w, a.changes...))
	found := slices.Collect(keysOf(w.Scan(t.Context(), versionRecord.Under(), "", 0)))
	if !slices.Equal(found, keys) {
		t.Errorf("%d of %d are stored", len(found), len(keys))
	}
}

// failsOnce is a store that fails with the first change.
type failsOnce struct {
	transport.Store
	failed bool
}

func (f *failsOnce) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if !f.failed {
		f.failed = true
		return 0, transport.ErrStorage
	}
	return f.Store.Apply(ctx, b)
}

// TestArrivalsFail: what came before the store has failed is stored with the step that says
// it is here, or else nothing says so.
func TestArrivalsFail(t *testing.T) {
	k, signer, _ := newCore(t, 1)
	data := func(i int) []byte { return append(make([]byte, maxSmall-1), byte(i)) }
	all := items(slices.Collect(transport.AllBits(20).Places())...)
	for i := range all {
		all[i].Digests = []collection.Digest{digest.Sum(data(i)), {}, {2}}
	}
	c := must(collection.New(collection.Header{ID: collection.ID{3}, Author: ann}, collection.Body{Items: all}))
	keeps(t, k, must(c.Sign(t.Context(), signer, time.Unix(1e9, 0))))
	k.Rules.RequiredFromPeer = 1
	var stream bytes.Buffer
	w := transport.NewUploadWriter(&stream)
	for i := range all {
		must(0, w.Version(i, 0, 0, maxSmall, bytes.NewReader(data(i))))
	}
	k.Store = &failsOnce{Store: k.Store}
	if _, err := k.Server.Upload(t.Context(), ann, c.Name(), &stream); !errors.Is(err, transport.ErrStorage) {
		t.Errorf("upload: %v", err)
	}
	k.memory = memory{}
	s := must(k.Load(t.Context(), c.Name()))
	for i := range s.HeldOf(0).Places() {
		if _, err := k.Versions.Open(t.Context(), c, i, 0); err != nil {
			t.Fatalf("item %d is held: %v", i, err)
		}
	}
	if s.HeldOf(0).IsEmpty() {
		t.Error("nothing is held")
	}
}

// TestHereAsItComes: what has come of an upload can be read while the rest of it is still to
// be waited for.
func TestHereAsItComes(t *testing.T) {
	k, signer, _ := newCore(t, 1)
	clock := time.Unix(1e9, 0)
	k.Now = func() time.Time { return clock }
	k.Rules.RequiredFromPeer = 1
	all := items(0, 1, 2)
	for i := range all {
		all[i].Digests = []collection.Digest{digest.Sum([]byte{byte(i)}), {}, {2}}
	}
	c := must(collection.New(collection.Header{ID: collection.ID{3}, Author: ann}, collection.Body{Items: all}))
	keeps(t, k, must(c.Sign(t.Context(), signer, clock)))
	stream, to := io.Pipe()
	ended := make(chan error)
	go func() {
		_, err := k.Server.Upload(t.Context(), ann, c.Name(), stream)
		ended <- err
	}()
	w := transport.NewUploadWriter(to)
	for i := range all {
		must(0, w.Version(i, 0, 0, 1, bytes.NewReader([]byte{byte(i)})))
		must(to.Write(nil)) // is read when what has come was stepped
		if s := must(k.Load(t.Context(), c.Name())); !s.Holds(i, 0) || s.Holds(i+1, 0) {
			t.Errorf("after item %d: %v is held", i, s.HeldOf(0))
		}
	}
	must(0, w.Close(transport.AuthorSeal{}))
	must(0, errors.Join(to.Close(), <-ended))
}

// TestDamagedVersion: a record that is none is an error of the store.
func TestDamagedVersion(t *testing.T) {
	for _, value := range [][]byte{{}, {inBlob}, {inBlob, 1, 2}, {9}, make([]byte, 0)} {
		if _, err := readVersion(transport.Record{Key: "v/x", Value: value}); !errors.Is(err, transport.ErrStorage) {
			t.Errorf("%x: %v", value, err)
		}
	}
	for _, size := range []int64{0, 1, 1 << 40} {
		if v := must(readVersion(transport.Record{Value: blobRecord(size)})); v.size != size || v.small {
			t.Errorf("%+v", v)
		}
	}
}

// TestSmallIsStoredOnce: of two processes that receive one small version at the same time
// the second does not store it again, but the first does where it is not, or is a blob
// that is gone.
func TestSmallIsStoredOnce(t *testing.T) {
	data := []byte("small")
	c := ofItem(data)
	key := versionRecord.Key(c.Author(), digest.Sum(data))
	for what, before := range map[string][]byte{"nothing": nil, "a blob": blobRecord(int64(len(data)))} {
		store := new(memstore.Store)
		must(0, record.Put(t.Context(), store, transport.Change{Key: key, Value: before}))
		one, two := New(Config{Store: store}), New(Config{Store: store})
		var first transport.Record
		comes := io.MultiReader(bytes.NewReader(data), readerFunc(func([]byte) (int, error) {
			must(two.Versions.Receive(t.Context(), c, 0, 0, 0, bytes.NewReader(data)))
			first = must(record.Get(t.Context(), store, key))
			return 0, io.EOF
		}))
		must(one.Versions.Receive(t.Context(), c, 0, 0, 0, comes))
		second := must(record.Get(t.Context(), store, key))
		if first.Version != second.Version || !bytes.Equal(second.Value, smallRecord(data)) {
			t.Errorf("%s: stored as %d, and again as %d: %q", what, first.Version, second.Version, second.Value)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
