package main

import (
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// witness stands at the hub's door and looks into every byte that passes, in and
// out, for pieces of the originals. It knows them by their content: one sample
// from every block of 64 KiB. No address and no header can mislead it.
type witness struct {
	samples map[uint64][]sample // by their first eight bytes
	begins  [1 << 16]bool       // the first two bytes of all samples
	passed  atomic.Int64        // bytes of the blocks whose samples were seen
}

// sampleSize is the length of a sample in bytes; so much never repeats by chance.
const sampleSize = 256

type sample struct {
	bytes [sampleSize]byte
	block int64 // size of the block that it stands for
}

// learnPhoto takes samples of a photo, unless it is so small that its screen
// version, which the hub holds, is the whole of it.
func (w *witness) learnPhoto(p photo) error {
	if p.width <= screenBox.W && p.height <= screenBox.H {
		return nil
	}
	blob, err := openFile(p.path)
	if err != nil {
		return err
	}
	defer blob.Close()
	return w.learn(blob, blob.Size())
}

// learn takes samples of an original. It must not be called once the hub serves.
func (w *witness) learn(r io.ReaderAt, size int64) error {
	for start := int64(0); start < size; start += digest.BlockSize {
		block := min(digest.BlockSize, size-start)
		if err := w.learnBlock(r, start, block); err != nil {
			return err
		}
	}
	return nil
}

// learnBlock takes the last piece of a block that is not monotonous: neither
// padding nor the empty parts of a picture tell originals from other data.
func (w *witness) learnBlock(r io.ReaderAt, start, block int64) error {
	var s sample
	for at := start + block - sampleSize; at >= start; at -= sampleSize {
		if _, err := r.ReadAt(s.bytes[:], at); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if varied(s.bytes) {
			s.block = block
			w.add(s)
			return nil
		}
	}
	return nil
}

func (w *witness) add(s sample) {
	if w.samples == nil {
		w.samples = map[uint64][]sample{}
	}
	key := binary.LittleEndian.Uint64(s.bytes[:])
	w.samples[key] = append(w.samples[key], s)
	w.begins[uint16(key)] = true
}

// varied reports whether most pairs of neighbouring bytes in a piece differ from
// one another, as they do unless it is padding or repeats a short pattern.
func varied(piece [sampleSize]byte) bool {
	pairs := make(map[[2]byte]bool, sampleSize)
	for i := range sampleSize - 1 {
		pairs[[2]byte(piece[i:])] = true
	}
	return len(pairs) >= sampleSize*3/4
}

// watch looks at all that a handler receives and answers.
func (w *witness) watch(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Body = &watchedBody{r.Body, look{witness: w}}
		h.ServeHTTP(&watchedWriter{rw, look{witness: w}}, r)
	})
}

// look is one stream of bytes that passes.
type look struct {
	witness *witness
	rest    []byte          // the end of what passed, in which a sample may have begun
	seen    map[sample]bool // counted already
}

func (l *look) see(p []byte) {
	data := append(l.rest, p...)
	for i := 0; i+sampleSize <= len(data); i++ {
		if !l.witness.begins[binary.LittleEndian.Uint16(data[i:])] {
			continue
		}
		for _, s := range l.witness.samples[binary.LittleEndian.Uint64(data[i:])] {
			if s.bytes == [sampleSize]byte(data[i:]) && !l.seen[s] {
				if l.seen == nil {
					l.seen = map[sample]bool{}
				}
				l.seen[s] = true
				l.witness.passed.Add(s.block)
			}
		}
	}
	l.rest = append(l.rest[:0], data[max(0, len(data)-sampleSize+1):]...)
}

type watchedBody struct {
	io.ReadCloser
	look look
}

// Read implements io.Reader.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.look.see(p[:n])
	return n, err
}

type watchedWriter struct {
	http.ResponseWriter
	look look
}

// Write implements io.Writer.
func (w *watchedWriter) Write(p []byte) (int, error) {
	w.look.see(p)
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
