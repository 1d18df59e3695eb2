package station

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// large is a complete version of several blocks, the last one short.
var large = func() []byte {
	data := make([]byte, 5*digest.BlockSize+777)
	for i := range data {
		data[i] = byte(i % 253)
	}
	return data
}()

// withProof is what follows a block of a version, with its proof, up to a block before
// which it breaks off.
func withProof(t testing.TB, data []byte, from, to int64) io.Reader {
	tree := must(digest.ReadTree(bytes.NewReader(data)))
	var proof bytes.Buffer
	off, size := from*digest.BlockSize, int64(len(data))
	must(tree.WriteRange(&proof, bytes.NewReader(data), off, size-off))
	var r io.Reader = &proof
	if to*digest.BlockSize < size {
		end := must(digest.RangeSize(size, off, (to-from)*digest.BlockSize))
		r = io.MultiReader(io.LimitReader(&proof, end+100), failing{errBroken})
	}
	return must(digest.NewReader(r, tree.Root(), size, off, size-off))
}

var errBroken = errors.New("broken off")

// rereads counts the bytes that are read of parts.
type rereads struct {
	transport.Store
	n *int
}

func (r rereads) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w, err := r.Store.Create(ctx, key)
	return rereading{w, r.n}, err
}

type rereading struct {
	transport.BlobWriter
	n *int
}

func (r rereading) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.BlobWriter.ReadAt(p, off)
	*r.n += n
	return n, err
}

// breaksOff receives some blocks of the large version.
func breaksOff(t *testing.T, k *Core, c collection.Collection, from, to int64) {
	t.Helper()
	if n, err := k.Versions.Receive(t.Context(), c, 0, original, from*digest.BlockSize, withProof(t, large, from, to)); !errors.Is(err, errBroken) || n != to*digest.BlockSize {
		t.Fatalf("%d bytes, %v", n, err)
	}
}

// goesOn receives the large version from a block on, and checks what is stored.
func goesOn(t *testing.T, k *Core, c collection.Collection, from int64) error {
	t.Helper()
	_, err := k.Versions.Receive(t.Context(), c, 0, original, from*digest.BlockSize, withProof(t, large, from, 99))
	if err != nil {
		return err
	}
	b := must(k.Versions.Open(t.Context(), c, 0, original))
	defer b.Close()
	if got := must(io.ReadAll(io.NewSectionReader(b, 0, b.Size()))); !bytes.Equal(got, large) {
		t.Errorf("stored %d other bytes", len(got))
	}
	tree := must(k.Versions.Tree(t.Context(), digest.Sum(large), b))
	if tree.Size() != int64(len(large)) {
		t.Errorf("a tree of %d bytes", tree.Size())
	}
	return nil
}

// TestGoesOnFromKeptHashes: what came with its proof is read again by nobody, however often
// it breaks off, and nothing is left beside the version.
func TestGoesOnFromKeptHashes(t *testing.T) {
	var read int
	store := rereads{new(memstore.Store), &read}
	c := ofItem(large)
	breaksOff(t, New(Config{Store: store}), c, 0, 2)
	breaksOff(t, New(Config{Store: store}), c, 2, 3)
	breaksOff(t, New(Config{Store: store}), c, 1, 4) // from before its end: that is compared
	compared := read
	must(0, goesOn(t, New(Config{Store: store}), c, 4))
	if compared > 2*digest.BlockSize || read > compared {
		t.Errorf("%d bytes read, %d of them compared", read, compared)
	}
	for r, err := range store.Scan(t.Context(), provedRecord.Under(), "", 0) {
		t.Errorf("left: %s, %v", r.Key, err)
	}
}

// TestKeptHashesAreOfWhatIsThere: hashes are kept of a part as long as nobody else has had
// it, so that other bytes never pass for the version.
func TestKeptHashesAreOfWhatIsThere(t *testing.T) {
	c := ofItem(large)
	other := make([]byte, 3*digest.BlockSize+5)
	for what, spoil := range map[string]func(*Core) error{
		"begun anew": func(k *Core) error { return k.Versions.Restart(t.Context(), c, 0, original) },
		"imported": func(k *Core) error {
			return k.Versions.Import(t.Context(), c, 0, original, io.MultiReader(bytes.NewReader(other), failing{errBroken}))
		},
	} {
		k := New(Config{Store: new(memstore.Store)})
		breaksOff(t, k, c, 0, 3)
		if err := spoil(k); err != nil && !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		at := must(k.Versions.Part(t.Context(), c, 0, original))
		_, err := k.Versions.Receive(t.Context(), c, 0, original, at, io.MultiReader(bytes.NewReader(other[at:]), failing{errBroken}))
		if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		if err := goesOn(t, k, c, 3); !errors.Is(err, transport.ErrOffset) {
			t.Errorf("%s: other bytes go on: %v", what, err)
		}
		must(0, goesOn(t, k, c, 0))
	}
}

// TestUnprovedAreRead: bytes behind what was proved are read, and, if they are not the version's,
// removed.
func TestUnprovedAreRead(t *testing.T) {
	c := ofItem(large)
	for what, next := range map[string]byte{"the version's": large[2*digest.BlockSize], "others": 0xff} {
		k := New(Config{Store: new(memstore.Store)})
		breaksOff(t, k, c, 0, 2)
		more := bytes.Clone(large[2*digest.BlockSize : 4*digest.BlockSize])
		more[0] = next
		_, err := k.Versions.Receive(t.Context(), c, 0, original, 2*digest.BlockSize, io.MultiReader(bytes.NewReader(more), failing{errBroken}))
		if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		err = goesOn(t, k, c, 4)
		if good := next != 0xff; good && err != nil || !good && !errors.Is(err, transport.ErrOffset) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestSourceWithAnotherSize: what was proved stays when a source that has another size, and
// so another proof, is asked to go on.
func TestSourceWithAnotherSize(t *testing.T) {
	c, k := ofItem(large), New(Config{Store: new(memstore.Store)})
	breaksOff(t, k, c, 0, 3)
	tree := must(digest.ReadTree(bytes.NewReader(large)))
	var proof bytes.Buffer
	const off = 3 * digest.BlockSize
	must(tree.WriteRange(&proof, bytes.NewReader(large), off, tree.Size()-off))
	const false2 = 4*digest.BlockSize + 777 // in which block 3 stands where it does, and the next one does not
	r := must(digest.NewReader(&proof, tree.Root(), false2, off, false2-off))
	if _, err := k.Versions.Receive(t.Context(), c, 0, original, off, r); err == nil {
		t.Error("another size passes")
	}
	if removed := must(k.Versions.Unproven(t.Context(), c, 0, original)); removed || must(k.Versions.Part(t.Context(), c, 0, original)) < off {
		t.Error("what was proved is gone")
	}
	must(0, goesOn(t, k, c, 3))
}

// TestManyLeaves: hashes that are too many for one record are found again, and taken back.
func TestManyLeaves(t *testing.T) {
	for _, n := range []int{0, 1, maxLeaves - 1, maxLeaves, maxLeaves + 1, 2 * maxLeaves} {
		store := new(memstore.Store)
		leaves := make([]digest.Digest, n)
		for i := range leaves {
			leaves[i] = digest.Digest{1, byte(i), byte(i >> 8), byte(i >> 16)}
		}
		key := versionRecord.Key(ann, digest.Digest{})
		must(store.Apply(t.Context(), transport.Batch{Changes: putLeaves(key, leaves)}))
		if got, _, err := getLeaves(t.Context(), store, key); err != nil || !slices.Equal(got, leaves) {
			t.Errorf("%d of %d, %v", len(got), n, err)
		}
		b := digest.NewBeginning(leaves)
		must(store.Apply(t.Context(), transport.Batch{Changes: putProved(key, b)}))
		got := must(takeProved(t.Context(), store, key, int64(n)*digest.BlockSize))
		left, _, err := getLeaves(t.Context(), store, provedKey(key))
		if !slices.Equal(got.Leaves, leaves) || !slices.Equal(got.Tops, b.Tops) || len(left) > 0 || err != nil {
			t.Errorf("%d of %d taken, %d left, %v", len(got.Leaves), n, len(left), err)
		}
	}
}

// TestDamagedKeptHashes: of kept hashes that are damaged, or some of which are missing, none
// count, and the part is read instead.
func TestDamagedKeptHashes(t *testing.T) {
	c := ofItem(large)
	key := provedKey(versionRecord.Key(c.Author(), digest.Sum(large)))
	for what, damage := range map[string]func(hashes []digest.Digest) []digest.Digest{
		"number":   func(h []digest.Digest) []digest.Digest { h[0][0] ^= 0x80; return h },
		"checksum": func(h []digest.Digest) []digest.Digest { h[0][9]++; return h },
		"top":      func(h []digest.Digest) []digest.Digest { h[1][5]++; return h },
		"leaf":     func(h []digest.Digest) []digest.Digest { h[3][31]++; return h },
		"cut off":  func(h []digest.Digest) []digest.Digest { return h[:len(h)-1] },
		"head":     func(h []digest.Digest) []digest.Digest { return h[:1] },
	} {
		store := new(memstore.Store)
		breaksOff(t, New(Config{Store: store}), c, 0, 3)
		hashes, _, err := getLeaves(t.Context(), store, key)
		if err != nil || len(hashes) != 1+2+3 {
			t.Fatalf("%d hashes kept, %v", len(hashes), err)
		}
		must(store.Apply(t.Context(), transport.Batch{Changes: putLeaves(key, damage(hashes))}))
		if err := goesOn(t, New(Config{Store: store}), c, 3); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
