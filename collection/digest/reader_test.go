package digest_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/glimpse-go/glimpse/collection/digest"
	"pgregory.net/rapid"
)

// read reads a range with proof to its end.
func read(src io.Reader, root digest.Digest, size, off, n int) ([]byte, error) {
	r, err := digest.NewReader(src, root, int64(size), int64(off), int64(n))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// anyRange draws a range within size bytes.
func anyRange(t *rapid.T, size int) (off, n int) {
	off = rapid.IntRange(0, size).Draw(t, "off")
	return off, rapid.IntRange(0, size-off).Draw(t, "len")
}

func TestReaderGivesAnyRange(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := content(anySize().Draw(rt, "size"))
		off, n := anyRange(rt, len(data))
		src := iotest.HalfReader(bytes.NewReader(send(t, data, off, n)))
		got, err := read(iotest.DataErrReader(src), digest.Sum(data), len(data), off, n)
		if err != nil || !bytes.Equal(got, data[off:off+n]) {
			rt.Fatalf("%d bytes, %v", len(got), err)
		}
	})
}

func TestReaderNamesTheBlockThatWasChanged(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := content(anySize().Filter(func(n int) bool { return n > 0 }).Draw(rt, "size"))
		off := rapid.IntRange(0, len(data)-1).Draw(rt, "off")
		n := rapid.IntRange(1, len(data)-off).Draw(rt, "len")
		tree := mustTree(t, data)
		sent := framesOf(rt, send(t, data, off, n), int64(len(data)), int64(off), int64(n))
		k := rapid.IntRange(0, len(sent)-1).Draw(rt, "frame")
		sent[k][rapid.IntRange(0, len(sent[k])-1).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")

		got, err := read(bytes.NewReader(bytes.Join(sent, nil)), tree.Root(), len(data), off, n)
		bad := off/digest.BlockSize + k
		var at *digest.BlockError
		if !errors.Is(err, digest.ErrMismatch) || !errors.As(err, &at) || at.Block != int64(bad) {
			rt.Fatalf("block %d was changed: %v", bad, err)
		}
		if want := data[off:max(off, bad*digest.BlockSize)]; !bytes.Equal(got, want) {
			rt.Fatalf("%d bytes came out before block %d, want %d", len(got), bad, len(want))
		}
	})
}

// framesOf cuts a range of n bytes from offset off of a version of size bytes into its frames.
func framesOf(t interface{ Fatal(...any) }, proof []byte, size, off, n int64) (frames [][]byte) {
	for end := off - off%digest.BlockSize; len(proof) > 0; {
		end = min(end+digest.BlockSize, off+n)
		upTo, err := digest.RangeSize(size, off, end-off)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			upTo -= int64(len(f))
		}
		frames, proof = append(frames, proof[:upTo]), proof[upTo:]
	}
	return frames
}

func TestReaderRefusesCutAndLongStreams(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := content(anySize().Draw(rt, "size"))
		off, n := anyRange(rt, len(data))
		stream := send(t, data, off, n)
		got, err := read(bytes.NewReader(append(stream[:len(stream):len(stream)], 0)), digest.Sum(data), len(data), off, n)
		if !errors.Is(err, digest.ErrTrailing) || !bytes.Equal(got, data[off:off+n]) {
			rt.Fatalf("trailing byte: %d bytes, %v", len(got), err)
		}
		if n == 0 {
			return
		}
		keep := rapid.IntRange(0, len(stream)-1).Draw(rt, "keep")
		got, err = read(bytes.NewReader(stream[:keep]), digest.Sum(data), len(data), off, n)
		if !errors.Is(err, digest.ErrTruncated) || !bytes.HasPrefix(data[off:off+n], got) {
			rt.Fatalf("cut after %d: %d bytes, %v", keep, len(got), err)
		}
	})
}

// A stream for one range, size or version is not taken for another.
func TestReaderRefusesOtherClaims(t *testing.T) {
	data := content(5*digest.BlockSize + 9)
	root, size := digest.Sum(data), len(data)
	stream := send(t, data, digest.BlockSize, 2*digest.BlockSize)
	for what, claim := range map[string]struct {
		root         digest.Digest
		size, off, n int
	}{
		"offset one block on":   {root, size, 2 * digest.BlockSize, 2 * digest.BlockSize},
		"offset one block back": {root, size, 0, 2 * digest.BlockSize},
		"a block less":          {root, size, digest.BlockSize, digest.BlockSize},
		"a block more":          {root, size, digest.BlockSize, 3 * digest.BlockSize},
		"fewer blocks":          {root, size - 2*digest.BlockSize, digest.BlockSize, 2 * digest.BlockSize},
		"more blocks":           {root, size + 3*digest.BlockSize, digest.BlockSize, 2 * digest.BlockSize},
		"another version":       {digest.Sum(nil), size, digest.BlockSize, 2 * digest.BlockSize},
	} {
		if _, err := read(bytes.NewReader(stream), claim.root, claim.size, claim.off, claim.n); !errors.Is(err, digest.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	tail := send(t, data, 5*digest.BlockSize, 9)
	for _, d := range []int{-1, 1} {
		if _, err := read(bytes.NewReader(tail), root, size+d, 5*digest.BlockSize, 9+d); !errors.Is(err, digest.ErrInvalid) {
			t.Errorf("last block %+d byte: %v", d, err)
		}
	}
}

func TestRangesOutsideAreRefused(t *testing.T) {
	tree := mustTree(t, content(100))
	for _, c := range []struct{ off, n int64 }{
		{-1, 1}, {0, -1}, {0, 101}, {101, 0}, {100, 1}, {1, 1<<63 - 1}, {1<<63 - 1, 1<<63 - 1}, {-1 << 63, 0},
	} {
		if _, err := tree.WriteRange(io.Discard, bytes.NewReader(content(100)), c.off, c.n); !errors.Is(err, digest.ErrRange) {
			t.Errorf("WriteRange %v: %v", c, err)
		}
		if _, err := digest.NewReader(nil, tree.Root(), 100, c.off, c.n); !errors.Is(err, digest.ErrRange) {
			t.Errorf("NewReader %v: %v", c, err)
		}
	}
	if _, err := digest.NewReader(nil, tree.Root(), -1, 0, 0); !errors.Is(err, digest.ErrRange) {
		t.Errorf("negative size: %v", err)
	}
	if _, err := digest.NewReader(nil, tree.Root(), 0, 0, 0); !errors.Is(err, digest.ErrMismatch) {
		t.Errorf("a root that is not the empty version's, size 0: %v", err)
	}
}

// A claim of 2^63-1 bytes and a stream that never ends cost no more memory than any.
func TestReaderMemoryIsBounded(t *testing.T) {
	const size = 1<<63 - 1
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := digest.NewReader(endless{}, digest.Sum(nil), size, 0, size)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, digest.ErrMismatch) {
		t.Fatal(n, err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 128<<10 {
		t.Errorf("%d bytes allocated", got)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestReaderErrorsAreFinal(t *testing.T) {
	data := content(2 * digest.BlockSize)
	stream := send(t, data, 0, len(data))
	stream[len(stream)-1] ^= 1
	r, _ := digest.NewReader(bytes.NewReader(stream), digest.Sum(data), int64(len(data)), 0, int64(len(data)))
	if n, err := io.Copy(io.Discard, r); n != digest.BlockSize || !errors.Is(err, digest.ErrMismatch) {
		t.Fatalf("%d, %v", n, err)
	}
	for range 3 {
		if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, digest.ErrMismatch) {
			t.Fatalf("%d, %v", n, err)
		}
	}
}

// A station with a damaged or short copy notices it itself.
func TestWriteRangeChecksItsOwnCopy(t *testing.T) {
	data := content(3 * digest.BlockSize)
	tree := mustTree(t, data)
	damaged := bytes.Clone(data)
	damaged[2*digest.BlockSize] ^= 1
	broken := errors.New("bad sector")
	for what, c := range map[string]struct {
		data io.ReaderAt
		want error
	}{
		"damaged": {bytes.NewReader(damaged), digest.ErrMismatch},
		"short":   {bytes.NewReader(data[:2*digest.BlockSize+1]), digest.ErrTruncated},
		"broken":  {failAt{bytes.NewReader(data), 2 * digest.BlockSize, broken}, broken},
	} {
		var w bytes.Buffer
		n, err := tree.WriteRange(&w, c.data, 0, int64(len(data)))
		var at *digest.BlockError
		if !errors.Is(err, c.want) || !errors.As(err, &at) || at.Block != 2 || n != int64(w.Len()) {
			t.Errorf("%s: %d, %v", what, n, err)
		}
		got, err := read(&w, tree.Root(), len(data), 0, len(data))
		if !errors.Is(err, digest.ErrTruncated) || !bytes.Equal(got, data[:2*digest.BlockSize]) {
			t.Errorf("%s: receiver has %d bytes, %v", what, len(got), err)
		}
	}
	if n, err := tree.WriteRange(noSpace{}, bytes.NewReader(data), 0, 1); n != 3 || err != io.ErrShortWrite {
		t.Errorf("writer's error: %d, %v", n, err)
	}
}

type failAt struct {
	io.ReaderAt
	off int64
	err error
}

func (f failAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.ReaderAt.ReadAt(p[:min(int64(len(p)), max(0, f.off-off))], off)
	if n < len(p) && err == nil {
		err = f.err
	}
	return n, err
}

type noSpace struct{}

func (noSpace) Write([]byte) (int, error) { return 3, io.ErrShortWrite }

func TestVerifier(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := content(anySize().Draw(rt, "size"))
		root := digest.Sum(data)
		got, err := io.ReadAll(digest.NewVerifier(iotest.DataErrReader(bytes.NewReader(data)), root))
		if err != nil || !bytes.Equal(got, data) {
			rt.Fatalf("%d bytes, %v", len(got), err)
		}
		v := digest.NewVerifier(bytes.NewReader(append(data, 0)), root)
		if _, err := io.ReadAll(v); !errors.Is(err, digest.ErrMismatch) {
			rt.Fatalf("a byte more: %v", err)
		}
		if _, err := v.Read(make([]byte, 1)); !errors.Is(err, digest.ErrMismatch) {
			rt.Fatalf("read again: %v", err)
		}
		if len(data) > 0 {
			if _, err := io.ReadAll(digest.NewVerifier(bytes.NewReader(data[1:]), root)); !errors.Is(err, digest.ErrMismatch) {
				rt.Fatalf("a byte less: %v", err)
			}
		}
	})
}

// proofOf returns a version's tree and its range from an offset on.
func proofOf(t *testing.T, data []byte, off int64) (*digest.Tree, []byte) {
	t.Helper()
	tree, err := digest.ReadTree(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var proof bytes.Buffer
	size := int64(len(data))
	n, err := tree.WriteRange(&proof, bytes.NewReader(data), off, size-off)
	if want, sizeErr := digest.RangeSize(size, off, size-off); err != nil || sizeErr != nil || n != want {
		t.Fatalf("%d bytes from %d of %d, want %d: %v, %v", n, off, size, want, err, sizeErr)
	}
	return tree, proof.Bytes()
}

// restOf reads a range to its end.
func restOf(t *testing.T, proof []byte, root digest.Digest, size, off int64) *digest.Reader {
	t.Helper()
	r, err := digest.NewReader(bytes.NewReader(proof), root, size, off, size-off)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var treeSizes = []int64{0, 1, digest.BlockSize, digest.BlockSize + 1, 4 * digest.BlockSize, 5*digest.BlockSize + 7, 7 * digest.BlockSize}

// TestWriteRest: who reads all that follows a block has the hashes of all blocks, if what was
// kept of those before is the version's.
func TestWriteRest(t *testing.T) {
	for _, size := range treeSizes {
		data := content(int(size))
		for off := int64(0); off <= size; off += digest.BlockSize {
			tree, proof := proofOf(t, data, off)
			before := tree.Leaves()[:off/digest.BlockSize]
			var got bytes.Buffer
			written, err := restOf(t, proof, tree.Root(), size, off).WriteRest(&got, digest.NewBeginning(before))
			if err != nil || !equal(written, digest.NewBeginning(tree.Leaves())) || !bytes.Equal(got.Bytes(), data[off:]) {
				t.Errorf("%d bytes from %d on: %v, %d came", size, off, err, got.Len())
			}
			for i := range before {
				wrong := slices.Clone(before)
				wrong[i][7] ^= 1
				got.Reset()
				if _, err := restOf(t, proof, tree.Root(), size, off).WriteRest(&got, digest.NewBeginning(wrong)); !errors.Is(err, digest.ErrKept) || got.Len() > 0 {
					t.Errorf("%d bytes from %d on, hash %d wrong: %v, %d came", size, off, i, err, got.Len())
				}
			}
		}
	}
}

func equal(a, b digest.Beginning) bool {
	return slices.Equal(a.Leaves, b.Leaves) && slices.Equal(a.Tops, b.Tops)
}

// TestWriteRestInPart: what broke off is gone on with from what came, at every block and
// whoever broke it off.
func TestWriteRestInPart(t *testing.T) {
	const size = 35*digest.BlockSize + 7
	data := content(size)
	tree, proof := proofOf(t, data, 0)
	step := 1
	if testing.Short() {
		step = 5
	}
	for cut := 0; cut < len(proof)/5000; cut += step {
		var got bytes.Buffer
		begun, err := restOf(t, proof[:5000*cut], tree.Root(), size, 0).WriteRest(&got, digest.Beginning{})
		if !errors.Is(err, digest.ErrTruncated) {
			t.Fatalf("cut off at %d: %v", 5000*cut, err)
		}
		goesOn(t, data, &got, begun)
		full := &limited{max: 5000 * cut}
		begun, err = restOf(t, proof, tree.Root(), size, 0).WriteRest(full, digest.Beginning{})
		if !errors.Is(err, errFull) {
			t.Fatalf("full at %d: %v", 5000*cut, err)
		}
		goesOn(t, data, &full.Buffer, begun)
	}
}

// goesOn goes on with a version of which some blocks have come.
func goesOn(t *testing.T, data []byte, got *bytes.Buffer, begun digest.Beginning) {
	t.Helper()
	off := int64(len(begun.Leaves)) * digest.BlockSize
	if off != int64(got.Len()) || !equal(begun, digest.NewBeginning(begun.Leaves)) {
		t.Fatalf("%d bytes have come, and the hashes of %d, with %d tops", got.Len(), off, len(begun.Tops))
	}
	tree, rest := proofOf(t, data, off)
	whole, err := restOf(t, rest, tree.Root(), tree.Size(), off).WriteRest(got, begun)
	if err != nil || !equal(whole, digest.NewBeginning(tree.Leaves())) || !bytes.Equal(got.Bytes(), data) {
		t.Errorf("from %d on: %v", off, err)
	}
}

// limited takes no more than so many bytes, all of a Write or nothing.
type limited struct {
	bytes.Buffer
	max int
}

var errFull = errors.New("full")

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.max {
		return 0, errFull
	}
	return l.Buffer.Write(p)
}

// TestWriteRestInPieces: a version may come in ranges, each with a proof of its own, if they
// begin and end with blocks.
func TestWriteRestInPieces(t *testing.T) {
	for _, size := range treeSizes {
		data := content(int(size))
		tree := mustTree(t, data)
		for step := int64(digest.BlockSize); step <= size; step += digest.BlockSize {
			var got bytes.Buffer
			var before digest.Beginning
			for off := int64(0); off < size; off += step {
				n := min(step, size-off)
				r, err := digest.NewReader(bytes.NewReader(send(t, data, int(off), int(n))), tree.Root(), size, off, n)
				if err == nil {
					before, err = r.WriteRest(&got, before)
				}
				if err != nil {
					t.Fatalf("%d of %d bytes from %d on: %v", n, size, off, err)
				}
			}
			if !equal(before, digest.NewBeginning(tree.Leaves())) || !bytes.Equal(got.Bytes(), data) {
				t.Errorf("%d bytes by %d: %d came", size, step, got.Len())
			}
		}
	}
}

// TestWriteRestOfLess: who does not read all that follows a block has no hashes.
func TestWriteRestOfLess(t *testing.T) {
	data := content(2*digest.BlockSize + 5)
	tree, proof := proofOf(t, data, 0)
	begun := restOf(t, proof, tree.Root(), int64(len(data)), 0)
	if _, err := begun.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_, unaligned := proofOf(t, data, 1)
	short, err := digest.NewReader(bytes.NewReader(send(t, data, 0, 5)), tree.Root(), int64(len(data)), 0, 5)
	if err != nil {
		t.Fatal(err)
	}
	for what, r := range map[string]*digest.Reader{
		"some was read": begun, "not to a block's end": short, "not from a block on": restOf(t, unaligned, tree.Root(), int64(len(data)), 1),
	} {
		if whole, err := r.WriteRest(io.Discard, digest.Beginning{}); !errors.Is(err, digest.ErrRange) || whole.Leaves != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, before := range map[string]digest.Beginning{
		"a hash too many": digest.NewBeginning(tree.Leaves()[:1]), "a top too many": {Tops: tree.Leaves()[:1]},
	} {
		r := restOf(t, proof, tree.Root(), int64(len(data)), 0)
		if _, err := r.WriteRest(io.Discard, before); !errors.Is(err, digest.ErrRange) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestWriteRestOfAClaim: a size that is only claimed takes no memory.
func TestWriteRestOfAClaim(t *testing.T) {
	data := content(3 * digest.BlockSize)
	tree, proof := proofOf(t, data, 0)
	r := restOf(t, proof, tree.Root(), math.MaxInt64, 0)
	if _, err := r.WriteRest(io.Discard, digest.Beginning{}); !errors.Is(err, digest.ErrInvalid) {
		t.Error(err)
	}
}

// TestRootOfBeginning: all whole blocks of a version have its digest.
func TestRootOfBeginning(t *testing.T) {
	for n := range 20 {
		tree := mustTree(t, content(n*digest.BlockSize))
		if b := digest.NewBeginning(tree.Leaves()); b.Root() != tree.Root() {
			t.Errorf("%d blocks have another digest", n)
		}
	}
}

// checked is data that says that it finds damage itself.
type checked struct{ io.ReaderAt }

func (checked) Checked() {}

// TestWriteRangeOfChecked: what finds damage itself is not checked again, and its error is
// that of the range.
func TestWriteRangeOfChecked(t *testing.T) {
	data := content(2*digest.BlockSize + 5)
	tree, proof := proofOf(t, data, 0)
	data[digest.BlockSize]++
	var got bytes.Buffer
	wrong, err := tree.WriteRange(&got, bytes.NewReader(data), 0, tree.Size())
	if b, ok := errors.AsType[*digest.BlockError](err); !errors.Is(err, digest.ErrMismatch) || !ok || b.Block != 1 || wrong != int64(got.Len()) || !bytes.HasPrefix(proof, got.Bytes()) || wrong < digest.BlockSize {
		t.Errorf("damage, after %d bytes: %v", wrong, err)
	}
	got.Reset()
	if _, err := tree.WriteRange(&got, checked{bytes.NewReader(data)}, 0, tree.Size()); err != nil || got.Len() != len(proof) {
		t.Errorf("%d bytes, want %d: %v", got.Len(), len(proof), err)
	}
	if _, err := tree.WriteRange(io.Discard, checked{bytes.NewReader(data[:digest.BlockSize])}, 0, tree.Size()); !errors.Is(err, digest.ErrTruncated) {
		t.Errorf("data cut off: %v", err)
	}
}
