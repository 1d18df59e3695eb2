package digest

import (
	"fmt"
	"io"
)

// Reader reads a range with proof, as Tree.WriteRange writes it, and returns its
// bytes only once they are checked. When a source fails or lies, what has been read
// is good: go on with another source, and a new Reader for the rest.
type Reader struct {
	src        io.Reader
	root       Digest
	size       int64
	first      int64 // the stream's first block
	next, end  int64 // the blocks still to come
	skip, left int64 // bytes to drop of the first block, to return of all
	leaf       *leafHash
	known      [maxHeight]Digest // the newest right sibling checked, by level
	buf        []byte            // a block; nil until Read needs it
	out        []byte            // the bytes checked and not yet given out
	lefts      lefts             // of the blocks before the first, and those that came since
	newest     Digest            // the hash of the newest block
	siblings   [maxHeight]Digest // of the newest block
	err        error
}

// NewReader returns a Reader of n bytes from offset off of the version whose digest
// is root. The size must be trusted, or proved by Anchors, unless off lies in the
// first block or all before it was read with the same size; see the package
// comment. For all that follows off, n is size-off.
//
// A range outside the version is ErrRange; a size of 0 with a root that is not the
// empty version's is ErrMismatch. Memory use is at most about 20 KiB, and less for
// small versions; src is read one frame at a time, in two parts.
func NewReader(src io.Reader, root Digest, size, off, n int64) (*Reader, error) {
	first, end, err := span(size, off, n)
	if err != nil {
		return nil, err
	}
	if size == 0 && root != Sum(nil) {
		return nil, fmt.Errorf("%w: not the empty version", ErrMismatch)
	}
	return &Reader{
		src: src, root: root, size: size,
		first: first, next: first, end: end,
		skip: off % BlockSize, left: n,
		leaf: newLeafHash(),
	}, nil
}

// Read implements io.Reader. It returns io.EOF when all of the range was given out
// and src has ended as well. Any other error is a *BlockError and final: with
// ErrTruncated, ErrTrailing or ErrMismatch, or with the error of src.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.out) == 0 && r.err == nil {
		r.err = r.fill()
	}
	if len(r.out) == 0 {
		return 0, r.err
	}
	k := copy(p, r.out)
	r.out = r.out[k:]
	return k, nil
}

// fill reads and checks the next block, if any, and makes its bytes available.
func (r *Reader) fill() (err error) {
	if r.buf == nil {
		r.buf = make([]byte, min(r.size, BlockSize))
	}
	r.out, err = r.block(r.buf)
	return err
}

// block reads the next block into buf, if any, checks it, and returns what of it is in the
// range.
func (r *Reader) block(buf []byte) ([]byte, error) {
	if r.next == r.end {
		return nil, r.finish()
	}
	block, err := r.frame(buf)
	if err != nil {
		return nil, err
	}
	r.next++
	block = block[r.skip:]
	block = block[:min(int64(len(block)), r.left)]
	r.skip, r.left = 0, r.left-int64(len(block))
	return block, nil
}

// frame reads the frame of the next block, into buf, and checks it.
func (r *Reader) frame(buf []byte) ([]byte, error) {
	i, last := r.next, blocks(r.size)-1
	levels := frameLevels(i, r.first, last)
	path, err := r.path(siblings(i, last, levels))
	if err != nil {
		return nil, readError(i, err)
	}
	block := buf[:blockLen(r.size, i)]
	if _, err := io.ReadFull(r.src, block); err != nil {
		return nil, readError(i, err)
	}
	want := r.root
	if i != r.first {
		want = r.known[levels]
	}
	r.newest = r.leaf.of(block)
	if fold(r.newest, i, last, levels, path, &r.lefts) != want {
		return nil, &BlockError{Block: i, Err: ErrMismatch}
	}
	r.learn(i, last, levels, path)
	return block, nil
}

// path reads so many siblings.
func (r *Reader) path(n int) (path []Digest, err error) {
	path = r.siblings[:n]
	for i := range path {
		if _, err = io.ReadFull(r.src, path[i][:]); err != nil {
			break
		}
	}
	return path, err
}

// learn keeps the siblings of a path that was checked: those on the left, which only the path of
// the first block has, are the tops of the blocks before it.
func (r *Reader) learn(i, last int64, levels int, path []Digest) {
	for l := range levels {
		if _, ok := sibling(i, last, l); !ok {
			continue
		}
		if i>>l&1 == 0 {
			r.known[l] = path[0]
		} else {
			r.lefts[l] = path[0]
		}
		path = path[1:]
	}
}

// finish makes sure that src ends where the range does.
func (r *Reader) finish() error {
	switch _, err := io.ReadFull(r.src, make([]byte, 1)); err {
	case nil:
		return &BlockError{Block: r.end, Err: ErrTrailing}
	case io.EOF:
		return io.EOF
	default:
		return &BlockError{Block: r.end, Err: err}
	}
}
