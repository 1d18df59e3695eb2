package witness

import (
	"io"
	"net/http"
)

// Watch looks at all that a handler receives and answers. It is safe for concurrent use, once
// the witness has learnt.
func (w *Witness) Watch(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Body = &watchedBody{r.Body, look{witness: w}}
		h.ServeHTTP(&watchedWriter{rw, look{witness: w}}, r)
	})
}

// look is one stream of bytes that passes.
type look struct {
	witness *Witness
	rest    []byte           // the end of what passed, in which a sample may have begun
	seen    map[*sample]bool // counted already
}

func (l *look) see(p []byte) {
	data := append(l.rest, p...)
	l.witness.each(data, func(s *sample) {
		if l.seen == nil {
			l.seen = map[*sample]bool{}
		}
		if !l.seen[s] {
			l.seen[s] = true
			l.witness.passed.Add(s.block)
		}
	})
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
