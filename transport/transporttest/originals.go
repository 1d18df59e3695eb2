package transporttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// original fetches a part of an original and checks it, block by block, against
// the author's digest.
func (a *album) original(ctx context.Context, from transport.Originals, item int, offset, n int64) error {
	stream, err := from.Original(ctx, a.ref(item, 2), offset, n)
	if err != nil {
		return err
	}
	defer stream.Close()
	data := a.versions[item][2]
	if stream.Size != int64(len(data)) {
		return fmt.Errorf("an original of %d bytes, want %d", stream.Size, len(data))
	}
	data = data[offset:]
	if n >= 0 {
		data = data[:min(n, int64(len(data)))]
	}
	root, _ := a.c.Digest(item, 2)
	checked, err := digest.NewReader(stream, root, stream.Size, offset, int64(len(data)))
	if err != nil {
		return err
	}
	got, err := io.ReadAll(checked)
	if err == nil && !bytes.Equal(got, data) {
		err = errors.New("other bytes")
	}
	return err
}

func originalsWhole(t *testing.T, a *album) {
	a.put(t)
	for item := range lacking {
		want(t, a.original(t.Context(), a.reader, item, 0, -1), nil)
	}
	want(t, a.original(t.Context(), a.As(a.Author), large, 0, -1), nil)
}

// parts are offsets and numbers of bytes in an original of size bytes.
func parts(size int64) (all [][2]int64) {
	const block = digest.BlockSize
	for _, offset := range []int64{0, 1, 777, block - 1, block, block + 1, 2*block + 5, size - 1, size} {
		for _, n := range []int64{-1, math.MinInt64, 0, 1, 2, block - 1, block, block + 1, size, math.MaxInt64} {
			if offset >= 0 && offset <= size {
				all = append(all, [2]int64{offset, n})
			}
		}
	}
	return all
}

func originalsInPart(t *testing.T, a *album) {
	a.put(t)
	for item := range lacking {
		for _, p := range parts(int64(len(a.versions[item][2]))) {
			if err := a.original(t.Context(), a.reader, item, p[0], p[1]); err != nil {
				t.Errorf("item %d: %d bytes from %d on: %v", item, p[1], p[0], err)
			}
		}
	}
}

func originalsBadParts(t *testing.T, a *album) {
	a.put(t)
	for item := range lacking {
		size := int64(len(a.versions[item][2]))
		for _, n := range []int64{-1, 0, 1, math.MaxInt64} {
			for _, offset := range []int64{-1, math.MinInt64, size + 1, size + digest.BlockSize, math.MaxInt64} {
				_, err := readAll(a.reader.Original(t.Context(), a.ref(item, 2), offset, n))
				if !errors.Is(err, transport.ErrMalformed) {
					t.Errorf("item %d: %d bytes from %d on: %v", item, n, offset, err)
				}
			}
		}
	}
}

func originalsLacking(t *testing.T, a *album) {
	a.put(t)
	want(t, a.original(t.Context(), a.reader, even, 0, -1), nil)
	a.withdraw(t, even)
	unknown := a.ref(large, 2)
	unknown.Item = collection.ItemID{99}
	for what, ref := range map[string]transport.Ref{
		"not there": a.ref(lacking, 2), "withdrawn": a.ref(even, 2), "of no item": unknown,
	} {
		for _, n := range []int64{-1, 0, 1} {
			_, err := readAll(a.reader.Original(t.Context(), ref, 0, n))
			if !errors.Is(err, transport.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	want(t, a.original(t.Context(), a.reader, large, 0, -1), nil)
}

func originalsClosed(t *testing.T, a *album) {
	a.put(t)
	for _, n := range []int{0, 1, digest.BlockSize, 2 * digest.BlockSize} {
		for range 20 { // more than a station may have open at a time
			stream, err := a.reader.Original(t.Context(), a.ref(large, 2), 0, -1)
			want(t, err, nil)
			_, err = io.ReadFull(stream, make([]byte, n))
			want(t, err, nil)
			want(t, stream.Close(), nil)
		}
	}
	want(t, a.original(t.Context(), a.reader, large, 0, -1), nil)
}

// halfWay is an original whose caller cancels once some of it has come.
type halfWay struct {
	transport.Originals
	cancel func()
}

func (h halfWay) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	stream, err := h.Originals.Original(ctx, ref, offset, n)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 100)
	_, err = io.ReadFull(stream, head)
	h.cancel()
	rest := struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), stream), stream}
	return &transport.Stream{ReadCloser: rest, Size: stream.Size}, err
}

// originalsCanceled: what a stream returns after its context is over is still the
// original, or an error that does not put it down to the bytes.
func originalsCanceled(t *testing.T, a *album) {
	a.put(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := a.original(ctx, halfWay{a.reader, cancel}, large, 0, -1)
	if errors.Is(err, digest.ErrInvalid) || errors.Is(err, transport.ErrNotFound) {
		t.Error(err)
	}
	want(t, a.original(t.Context(), a.reader, large, 0, -1), nil)
}

func originalsAtOnce(t *testing.T, a *album) {
	a.put(t)
	all := parts(int64(len(a.versions[large][2])))
	atOnce(t, len(all), func(i int) error {
		reader := a.As([]collection.UserID{a.Reader, a.Author}[i%2])
		return a.original(t.Context(), reader, large, all[i][0], all[i][1])
	})
}

// originals fetches many originals at once and checks them; those that come are wanted.
func (a *album) originals(ctx context.Context, from transport.BulkOriginals, items transport.Bits, wanted ...int) error {
	stream, err := from.Originals(ctx, a.c.Name(), items)
	if err != nil {
		return err
	}
	defer stream.Close()
	in := transport.NewOriginalsReader(stream)
	var came []int
	for {
		f, err := in.Next()
		if err == io.EOF && slices.Equal(came, wanted) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%v came, want %v: %w", came, wanted, err)
		}
		came = append(came, f.Item)
		root, _ := a.c.Digest(f.Item, 2)
		checked, err := digest.NewReader(f, root, f.Size, 0, f.Size)
		if err != nil {
			return err
		}
		if got, err := io.ReadAll(checked); err != nil || !bytes.Equal(got, a.versions[f.Item][2]) {
			return fmt.Errorf("item %d: %d other bytes, %w", f.Item, len(got), err)
		}
	}
}

// originalsMany: in ascending order, without those that are not there.
func originalsMany(t *testing.T, a *album) {
	a.put(t)
	here := make([]int, lacking)
	for i := range here {
		here[i] = i
	}
	every := transport.AllBits(a.c.Len() + 9)
	want(t, a.originals(t.Context(), a.reader, every, here...), nil)
	want(t, a.originals(t.Context(), a.As(a.Author), every, here...), nil)
	want(t, a.originals(t.Context(), a.reader, transport.BitsOf(large), large), nil)
	want(t, a.originals(t.Context(), a.reader, transport.BitsOf(lacking)), nil)
	want(t, a.originals(t.Context(), a.reader, transport.Bits{}), transport.ErrMalformed)
	want(t, a.originals(t.Context(), a.stranger, every), transport.ErrNotFound)
	ended(t, "originals", a.originals(over(t), a.reader, every, here...))
	a.withdraw(t, even)
	here = slices.DeleteFunc(here, func(i int) bool { return i == even })
	want(t, a.originals(t.Context(), a.reader, every, here...), nil)
}

// originalsManyClosed: more streams than a station may have open are closed half way.
func originalsManyClosed(t *testing.T, a *album) {
	a.put(t)
	for range 20 {
		stream, err := a.reader.Originals(t.Context(), a.c.Name(), transport.BitsOf(large))
		want(t, err, nil)
		_, err = io.ReadFull(stream, make([]byte, digest.BlockSize))
		want(t, err, nil)
		want(t, stream.Close(), nil)
	}
	want(t, a.originals(t.Context(), a.reader, transport.BitsOf(large), large), nil)
}
