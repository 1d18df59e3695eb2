package digest

import "crypto/sha256"

// Hasher works out the digest of the bytes written to it. The zero Hasher is ready
// for use. It needs about 2 KiB whatever is written. A Hasher that has been
// written to must not be copied.
type Hasher struct {
	leaf   *leafHash         // the open block, once there was one
	fill   int               // bytes in the open block
	n      int64             // blocks closed
	roots  [maxHeight]Digest // bit l of n set: a full subtree of 1<<l leaves
	keep   bool              // keep the hashes of the blocks closed, in leaves
	leaves []Digest
}

// Write adds p to the version. It takes all of p and never fails.
func (h *Hasher) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		if h.fill == 0 {
			h.open()
		}
		k := min(BlockSize-h.fill, len(p))
		h.leaf.Write(p[:k])
		p = p[k:]
		if h.fill += k; h.fill == BlockSize {
			h.close()
		}
	}
	return written, nil
}

// Sum returns the digest of what was written so far; more can be written after.
func (h *Hasher) Sum() Digest {
	var d Digest
	l, n := 0, h.n
	switch {
	case h.fill > 0:
		d = h.current()
	case n == 0:
		return sha256.Sum256(nil)
	default: // start with the smallest full subtree
		for ; n>>l&1 == 0; l++ {
		}
		d = h.roots[l]
		l++
	}
	for ; n>>l > 0; l++ {
		if n>>l&1 == 1 {
			d = nodeHash(&h.roots[l], &d)
		}
	}
	return d
}

// Size returns how many bytes were written.
func (h *Hasher) Size() int64 { return h.n*BlockSize + int64(h.fill) }

// Reset makes h forget what was written.
func (h *Hasher) Reset() {
	h.fill, h.n, h.leaves = 0, 0, nil
}

func (h *Hasher) open() {
	if h.leaf == nil {
		h.leaf = newLeafHash()
	}
	h.leaf.begin()
}

// current returns the hash of the open block.
func (h *Hasher) current() Digest { return h.leaf.end() }

// close adds the open block, now full, to the subtrees on its left.
func (h *Hasher) close() {
	d := h.current()
	if h.keep {
		h.leaves = append(h.leaves, d)
	}
	h.add(d)
	h.fill = 0
}

// add adds the hash of a full block.
func (h *Hasher) add(d Digest) {
	l := 0
	for ; h.n>>l&1 == 1; l++ {
		d = nodeHash(&h.roots[l], &d)
	}
	h.roots[l] = d
	h.n++
}
