// Package witness looks for pieces of originals where none may pass, for the programs that play
// how a collection is shared.
package witness

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

// Witness stands at a station's door and looks into every byte that passes, in and
// out, for pieces of the originals. It knows them by their content: one sample
// from every block of 16 KiB. No address and no header can mislead it. The zero Witness
// knows none. Learn and Allow are called one at a time.
type Witness struct {
	samples map[uint64][]*sample // by their first eight bytes
	begins  [1 << 16]bool        // the first two bytes of all samples
	passed  atomic.Int64         // bytes of the blocks whose samples were seen
}

// sampleSize is the length of a sample in bytes; so much never repeats by chance.
const sampleSize = 256

// screenWidth and screenHeight are the box of screen versions, in pixels, as package mediafiles
// makes them: what is larger is no partial version.
const screenWidth, screenHeight = 640, 480

type sample struct {
	bytes    [sampleSize]byte
	block    int64       // size of the block that it stands for
	harmless atomic.Bool // a partial version has it, too
}

// Passed is of how many bytes the blocks are whose samples were seen.
func (w *Witness) Passed() int64 { return w.passed.Load() }

// Learn takes samples of an original of size bytes. It must not be called once the station
// serves. Errors are those of reading, and of the context.
func (w *Witness) Learn(ctx context.Context, r io.ReaderAt, size int64) error {
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
func (w *Witness) learnBlock(r io.ReaderAt, start, block int64) error {
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
func (w *Witness) add(s *sample) {
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

// Allow is told of a thumbnail or screen, which may pass: whatever piece of
// an original is in it tells nothing. Some folders hold thumbnails that are just
// like those made here, and small pictures differ from their screens in little.
func (w *Witness) Allow(partial []byte) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(partial))
	if err != nil || c.Width > screenWidth || c.Height > screenHeight {
		return
	}
	w.each(partial, func(s *sample) { s.harmless.Store(true) })
}

// each finds the samples in some bytes.
func (w *Witness) each(data []byte, found func(*sample)) {
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
