package transport

import (
	"bufio"
	"errors"
	"io"
	"math"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/wire"
)

// Samples is how many blocks of a complete version of size bytes the authority may read in
// its whole life, to check that it is served: an eighth of them, and 4 at most. Of one of
// less than 8 blocks it reads none.
func Samples(size int64) int {
	blocks := (size + digest.BlockSize - 1) / digest.BlockSize
	return int(min(blocks/8, 4))
}

// OriginalsWriter writes the complete versions of many items: a CBOR sequence (RFC 8742)
// of frames, one per item:
//
//	originals = *frame
//	frame     = [item: uint, size: uint, range: bstr]
//
// The size is that of the version in bytes, and the range is all of it with its proof, as
// digest.Tree writes it. It must not be used by several goroutines at once.
type OriginalsWriter struct{ w io.Writer }

// NewOriginalsWriter writes originals to w.
func NewOriginalsWriter(w io.Writer) *OriginalsWriter { return &OriginalsWriter{w} }

// Original writes the complete version of an item, by its place in the collection. Errors
// are those of Tree.WriteRange; after one the sequence cannot be gone on with.
func (o *OriginalsWriter) Original(item int, tree *digest.Tree, data io.ReaderAt) error {
	n, err := digest.RangeSize(tree.Size(), 0, tree.Size())
	if err != nil {
		return err
	}
	head := wire.AppendUint(wire.AppendArray(nil, 3), uint64(item))
	head = wire.AppendUint(head, uint64(tree.Size()))
	if _, err := o.w.Write(wire.AppendHead(head, wire.Bytes, uint64(n))); err != nil {
		return err
	}
	_, err = tree.WriteRange(o.w, data, 0, tree.Size())
	return err
}

// OriginalFrame is the complete version of an item as it comes. Its Reader returns all of
// it as a range with proof, to be read with digest.NewReader, or io.ErrUnexpectedEOF where
// the stream breaks off.
type OriginalFrame struct {
	io.Reader
	Item int
	Size int64 // of the version in bytes, as its sender claims
}

// OriginalsReader reads what an OriginalsWriter writes. It must not be used by several
// goroutines at once.
type OriginalsReader struct {
	r    *bufio.Reader
	left io.LimitedReader // of the frame that is being read
}

// NewOriginalsReader reads originals from r, which must hold nothing else.
func NewOriginalsReader(r io.Reader) *OriginalsReader {
	return &OriginalsReader{r: bufio.NewReaderSize(r, 64<<10)}
}

// Next returns the next frame, or io.EOF when there are no more. What was not read of the
// frame before is passed over. Errors wrap ErrMalformed, or io.ErrUnexpectedEOF where the
// stream breaks off within a frame, or are those of the reader below.
func (o *OriginalsReader) Next() (OriginalFrame, error) {
	if _, err := io.Copy(io.Discard, frameReader{&o.left}); err != nil {
		return OriginalFrame{}, err
	}
	if _, err := o.r.Peek(1); err != nil {
		return OriginalFrame{}, err
	}
	var v [4]uint64
	for i, major := range []wire.Major{wire.Array, wire.Uint, wire.Uint, wire.Bytes} {
		got, n, err := wire.ReadHead(o.r)
		if err == nil && got != major || errors.Is(err, wire.ErrMalformed) {
			err = At(ErrMalformed, "originals")
		}
		if err != nil {
			return OriginalFrame{}, unexpected(err)
		}
		v[i] = n
	}
	if v[0] != 3 || v[1] > math.MaxInt32 || v[2] > math.MaxInt64 || v[3] > math.MaxInt64 {
		return OriginalFrame{}, At(ErrMalformed, "frame of an original")
	}
	o.left = io.LimitedReader{R: o.r, N: int64(v[3])}
	return OriginalFrame{frameReader{&o.left}, int(v[1]), int64(v[2])}, nil
}
