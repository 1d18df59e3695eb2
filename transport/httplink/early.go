package httplink

import (
	"errors"
	"io"
	"net/http"
)

// maxRest is how much is read of a body that was answered before its end, in bytes.
const maxRest = 256 << 10

// early has an answer go out when it is made, whatever is still to come of the body:
// net/http would await as much of that first, which takes long on a slow link. Then it
// reads until the caller has stopped, or is given time to: the answer would be lost
// with a connection that is closed while bytes come. The connection is not used again,
// since nobody knows how much still comes of the body.
func early(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		if r.ProtoMajor != 1 || c.EnableFullDuplex() != nil { // what is not HTTP/1 needs none of it
			answer(w, r)
			return
		}
		body := &ending{ReadCloser: r.Body}
		r.Body = body
		answer(earlyWriter{w, body}, r)
		if !body.ended && c.Flush() == nil {
			_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, body, maxRest))
		}
	}
}

// ending is a body that knows whether it has ended.
type ending struct {
	io.ReadCloser
	ended bool
}

// Read implements io.Reader.
func (e *ending) Read(p []byte) (int, error) {
	n, err := e.ReadCloser.Read(p)
	e.ended = e.ended || errors.Is(err, io.EOF)
	return n, err
}

// earlyWriter says that the connection is closed after an answer that comes before the
// end of the body.
type earlyWriter struct {
	http.ResponseWriter
	body *ending
}

// WriteHeader implements http.ResponseWriter.
func (w earlyWriter) WriteHeader(status int) {
	if !w.body.ended {
		w.Header().Set("Connection", "close")
	}
	w.ResponseWriter.WriteHeader(status)
}
