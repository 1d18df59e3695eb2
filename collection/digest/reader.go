package digest

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
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
	kept       *Tree             // of the blocks before the first, if they are to be proved
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
// empty version's is ErrMismatch. Memory use is at most about 18 KiB, and less for
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

// WriteTree writes all that is left of the version to w, 64 KiB at once, and returns the
// tree of the whole, for which nothing is hashed again. Before are the hashes of the blocks
// before the range, as an earlier WriteTree has returned them: the proof of the first
// block proves them, too. If they are not the version's, or the size is false, the error is
// ErrKept. After an error the tree is that of the blocks before and of those that w took.
//
// The range must begin with a block and be all that follows, of which nothing was read, and
// before be the hashes of all blocks before it: else the error is ErrRange and there is no
// tree. Other errors are those of Read and of w.
func (r *Reader) WriteTree(w io.Writer, before []Digest) (*Tree, error) {
	rest := r.size - r.first*BlockSize
	if r.next != r.first || r.skip != 0 || r.left != rest || int64(len(before)) != r.first {
		return nil, fmt.Errorf("%w: not all that follows", ErrRange)
	}
	var err error
	if r.kept, err = NewTree(r.first*BlockSize, slices.Clone(before)); err != nil {
		return nil, err
	}
	leaves, err := r.writeBlocks(w, slices.Grow(slices.Clone(before), int(min(r.end-r.first, maxUnread))))
	tree, treeErr := r.kept.grown(min(r.size, int64(len(leaves))*BlockSize), leaves)
	if err == nil && tree.Root() != r.root {
		err = ErrKept
	}
	return tree, errors.Join(err, treeErr)
}

// maxUnread is for how many blocks that have not come yet there is room, 1 MiB of hashes: a
// source may claim any size.
const maxUnread = 1 << 15

// maxWritten is how many bytes WriteTree writes at once, whole blocks.
const maxWritten = 64 << 10

// pieces are buffers that are used again, for all that reads and writes blocks.
var pieces = sync.Pool{New: func() any { return new([maxWritten]byte) }}

// writeBlocks writes blocks to w, some at once, and appends their hashes to leaves.
func (r *Reader) writeBlocks(w io.Writer, leaves []Digest) ([]Digest, error) {
	piece := pieces.Get().(*[maxWritten]byte)
	defer pieces.Put(piece)
	var hashes [maxWritten / BlockSize]Digest
	for n, size := 0, 0; ; {
		var block []byte
		if block, r.err = r.block(piece[size:]); r.err == nil {
			hashes[n] = r.newest
			n, size = n+1, size+len(block)
		}
		if n == len(hashes) || r.err != nil && n > 0 {
			if _, err := w.Write(piece[:size]); err != nil {
				return leaves, err
			}
			leaves = append(leaves, hashes[:n]...)
			n, size = 0, 0
		}
		if r.err == io.EOF {
			return leaves, nil
		}
		if r.err != nil {
			return leaves, r.err
		}
	}
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
	if fold(r.newest, i, last, levels, path) != want {
		return nil, &BlockError{Block: i, Err: ErrMismatch}
	}
	if i == r.first && r.kept != nil && !r.kept.proved(path) {
		return nil, ErrKept
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

// learn keeps the right siblings of a path that was checked.
func (r *Reader) learn(i, last int64, levels int, path []Digest) {
	for l := range levels {
		if _, ok := sibling(i, last, l); !ok {
			continue
		}
		if i>>l&1 == 0 {
			r.known[l] = path[0]
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
