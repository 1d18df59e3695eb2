package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image/jpeg"
	"io"
	"slices"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// witness stands at the hub's door and looks into every byte that passes, in and
// out, for pieces of the originals. It knows them by their content: one sample
// from every block of 16 KiB. No address and no header can mislead it.
type witness struct {
	samples map[uint64][]*sample // by their first eight bytes
	begins  [1 << 16]bool        // the first two bytes of all samples
	passed  atomic.Int64         // bytes of the blocks whose samples were seen
}

// sampleSize is the length of a sample in bytes; so much never repeats by chance.
const sampleSize = 256

type sample struct {
	bytes    [sampleSize]byte
	block    int64       // size of the block that it stands for
	harmless atomic.Bool // a partial version has it, too
}

// learnPhoto takes samples of a photo on a camera's card.
func (w *witness) learnPhoto(ctx context.Context, c *camera, p photo) error {
	blob, err := c.card.Open(ctx, p.ID, original)
	if err != nil {
		return err
	}
	defer blob.Close()
	return w.learn(ctx, blob, blob.Size())
}

// learn takes samples of an original. It must not be called once the hub serves.
func (w *witness) learn(ctx context.Context, r io.ReaderAt, size int64) error {
	for start := int64(0); start < size && ctx.Err() == nil; start += digest.BlockSize {
		block := min(digest.BlockSize, size-start)
		if err := w.learnBlock(r, start, block); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// learnBlock takes the last piece of a block that is not monotonous: neither
// padding nor the empty parts of a picture tell originals from other data.
func (w *witness) learnBlock(r io.ReaderAt, start, block int64) error {
	var read [8 << 10]byte // a film may begin with gigabytes of nothing
	for end := start + block; end > start; {
		part := read[:min(int64(len(read)), end-start)]
		end -= int64(len(part))
		if _, err := r.ReadAt(part, end); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		for at := len(part) - sampleSize; at >= 0; at -= sampleSize {
			s := &sample{bytes: [sampleSize]byte(part[at:]), block: block}
			if varied(s.bytes) {
				w.add(s)
				return nil
			}
		}
	}
	return nil
}

// add takes a sample, unless a copy has brought it before.
func (w *witness) add(s *sample) {
	if w.samples == nil {
		w.samples = map[uint64][]*sample{}
	}
	key := binary.LittleEndian.Uint64(s.bytes[:])
	if slices.ContainsFunc(w.samples[key], func(old *sample) bool { return old.bytes == s.bytes }) {
		return
	}
	w.samples[key] = append(w.samples[key], s)
	w.begins[uint16(key)] = true
}

// allow is told of a thumbnail or screen, which the hub may have: whatever piece of
// an original is in it tells nothing. Some folders hold thumbnails that are just
// like those made here, and small pictures differ from their screens in little.
func (w *witness) allow(partial []byte) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(partial))
	if err != nil || c.Width > screenBox.W || c.Height > screenBox.H {
		return
	}
	w.each(partial, func(s *sample) { s.harmless.Store(true) })
}

// each finds the samples in some bytes.
func (w *witness) each(data []byte, found func(*sample)) {
	for i := 0; i+sampleSize <= len(data); i++ {
		if !w.begins[binary.LittleEndian.Uint16(data[i:])] {
			continue
		}
		for _, s := range w.samples[binary.LittleEndian.Uint64(data[i:])] {
			if s.bytes == [sampleSize]byte(data[i:]) && !s.harmless.Load() {
				found(s)
			}
		}
	}
}

// varied reports whether most pairs of neighbouring bytes in a piece differ from
// one another, as they do unless it is padding or repeats a short pattern.
func varied(piece [sampleSize]byte) bool {
	const least = sampleSize * 3 / 4
	if bytes.Count(piece[:], piece[:1]) > least { // soon told, of gigabytes of nothing
		return false
	}
	pairs := make(map[[2]byte]bool, sampleSize)
	for i := range sampleSize - 1 {
		pairs[[2]byte(piece[i:])] = true
	}
	return len(pairs) >= least
}
