package httplink

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"
)

const (
	// maxRest is how much is read of a body that was answered before its end, in bytes.
	maxRest = 256 << 10
	// maxPiece is how much is written at once, in bytes: at minRate it takes no longer
	// than who takes it may.
	maxPiece = int(defaultMaxStall/time.Second) * minRate
)

// paced has callers keep pace, as HandlerOptions.MaxStall says, and ends what they send
// and take soon after running has ended: what waits for nobody is not disturbed.
//
// The timeouts of the server for a whole request and its answer are lifted: they would end
// what waits, and what is long.
//
// An answer goes out when it is made, whatever is still to come of the body: net/http
// would await as much of that first, which takes long on a slow link. Then the body is
// read until the caller has stopped, or is given time to: the answer would be lost with
// a connection that is closed while bytes come. The connection is not used again, since
// nobody knows how much still comes of the body.
func (s server) paced(running context.Context, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		_, _ = c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Time{}) // where there are none, nothing is to be lifted
		body := &requestBody{ReadCloser: r.Body, in: newPace(s.MaxStall, c.SetReadDeadline), ended: r.Body == http.NoBody}
		answer := &answerWriter{ResponseWriter: w, out: newPace(s.MaxStall, c.SetWriteDeadline), body: body}
		defer context.AfterFunc(running, func() {
			now := time.Now()
			body.in.stop(now.Add(closingTime))
			answer.out.stop(now.Add(2 * closingTime))
		})()
		connected := c.EnableFullDuplex() == nil
		answer.closes = connected && r.ProtoMajor == 1 // what is not HTTP/1 needs none of it
		r.Body = body
		h.ServeHTTP(answer, r)
		if connected && answer.FlushError() == nil && answer.closes && !body.ended {
			_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, body, maxRest))
		}
	})
}

// requestBody is a body that keeps pace and knows whether it has ended. Where it breaks
// off, that is an error of package transport: its sender's, unless the station stops.
type requestBody struct {
	io.ReadCloser
	in    *pace
	ended bool
}

// Read implements io.Reader.
func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.in.do(func() (int, error) { return b.ReadCloser.Read(p) })
	if errors.Is(err, io.EOF) {
		b.ended = true
		return n, err
	}
	return n, brokenOff(err)
}

// answerWriter writes an answer that keeps pace. It says that the connection is closed
// after one that comes before the end of the body.
type answerWriter struct {
	http.ResponseWriter
	out    *pace
	body   *requestBody
	closes bool
	begun  bool
}

// WriteHeader implements http.ResponseWriter.
func (w *answerWriter) WriteHeader(status int) {
	if w.closes && !w.body.ended {
		w.Header().Set("Connection", "close")
	}
	w.begun = true
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *answerWriter) Write(p []byte) (int, error) {
	w.begin()
	written := 0
	for piece := range slices.Chunk(p, maxPiece) {
		n, err := w.out.do(func() (int, error) { return w.ResponseWriter.Write(piece) })
		if written += n; err != nil {
			return written, err
		}
	}
	return written, nil
}

// FlushError is what http.ResponseController.Flush calls.
func (w *answerWriter) FlushError() error {
	w.begin()
	_, err := w.out.do(func() (int, error) { return 0, http.NewResponseController(w.ResponseWriter).Flush() })
	return err
}

func (w *answerWriter) begin() {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
}
