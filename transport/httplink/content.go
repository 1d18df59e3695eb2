package httplink

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

const versionType = "application/octet-stream"

// errRange is the refusal of a range that begins beyond the end.
var errRange = transport.At(transport.ErrOffset, "range")

// etag is the entity tag (RFC 9110 §8.8.3) of what has a digest: strong, since equal digests
// are equal bytes.
func etag(digest [32]byte) string {
	return `"` + base64.RawURLEncoding.EncodeToString(digest[:16]) + `"`
}

// replyTagged answers a read with a message that has an entity tag, so that who has it already
// is sent nothing (RFC 9110 §13.1.2).
func replyTagged(r request, message any, err error) error {
	if err != nil {
		return err
	}
	typ, data, err := encoded(r, message)
	if err != nil {
		return err
	}
	r.w.Header().Add("Vary", "Accept")
	return replyContent(r, etag(sha256.Sum256(data)), typ, bytes.NewReader(data))
}

// replyVersion answers with a version, or the range of it that is asked for (RFC 9110 §14),
// which open returns from an offset on. What breaks cuts the answer off, so that nobody takes
// the part for the whole.
func replyVersion(r request, open func(offset int64) (*transport.Stream, error)) error {
	s, err := openVersion(r.Request, open)
	if err != nil {
		return err
	}
	defer s.Close()
	var tag string
	if !s.stream.Digest.IsZero() {
		tag = etag(s.stream.Digest)
	}
	if err := replyContent(r, tag, versionType, s); err != nil {
		return err
	}
	return sent(s.err)
}

// replyContent answers as http.ServeContent does. What is no range of bytes, or several at
// once, is answered by the whole, as RFC 9110 §14.2 allows: each would be opened anew.
func replyContent(r request, tag, typ string, content io.ReadSeeker) error {
	w := &contentWriter{ResponseWriter: r.w}
	h := w.Header()
	if tag != "" {
		h.Set("ETag", tag)
	}
	h.Set("Content-Type", typ)
	before := maps.Clone(h)
	q := r.Request
	if which := q.Header.Get("Range"); !strings.HasPrefix(which, "bytes=") || strings.Contains(which, ",") {
		q = q.Clone(q.Context())
		q.Header.Del("Range")
	}
	http.ServeContent(w, q, "", time.Time{}, content)
	if !w.outside {
		return sent(w.err)
	}
	size := h.Get("Content-Range")
	clear(h)
	maps.Copy(h, before)
	h.Del("ETag")
	h.Set("Content-Range", size)
	return errRange
}

// contentWriter is where http.ServeContent writes to: it leaves refusals to others, notes
// errors and writes in large pieces.
type contentWriter struct {
	http.ResponseWriter
	outside bool // the range is
	err     error
}

// WriteHeader implements http.ResponseWriter.
func (w *contentWriter) WriteHeader(status int) {
	if w.outside = status == http.StatusRequestedRangeNotSatisfiable; !w.outside {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (w *contentWriter) Write(p []byte) (int, error) {
	if w.outside {
		return len(p), nil
	}
	n, err := w.ResponseWriter.Write(p)
	w.err = err
	return n, err
}

// ReadFrom implements io.ReaderFrom.
func (w *contentWriter) ReadFrom(r io.Reader) (int64, error) {
	n, err := copyPieces(w.ResponseWriter, r)
	w.err = err
	return n, err
}

// seekable is a version that is read from any offset.
type seekable struct {
	open   func(offset int64) (*transport.Stream, error)
	stream *transport.Stream
	at, to int64 // where the stream is, and where reading goes on
	err    error // that has ended reading before the end
}

// openVersion opens a version where it is most likely read, so that few are opened twice.
func openVersion(r *http.Request, open func(offset int64) (*transport.Stream, error)) (*seekable, error) {
	var at int64
	if from, rest, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-"); ok && !strings.Contains(rest, ",") {
		if n, ok := number(from); ok {
			at = n
		}
	}
	stream, err := open(at)
	if errors.Is(err, transport.ErrOffset) {
		at = 0
		stream, err = open(0)
	}
	return &seekable{open: open, stream: stream, at: at}, err
}

// Seek implements io.Seeker.
func (s *seekable) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.to
	case io.SeekEnd:
		offset += s.stream.Size
	}
	s.to = offset
	return offset, nil
}

// Read implements io.Reader.
func (s *seekable) Read(p []byte) (int, error) {
	if s.at != s.to {
		if err := s.reopen(); err != nil {
			s.err = err
			return 0, err
		}
	}
	n, err := s.stream.Read(p)
	s.at += int64(n)
	s.to = s.at
	if errors.Is(err, io.EOF) && s.at < s.stream.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func (s *seekable) reopen() error {
	stream, err := s.open(s.to)
	if err != nil {
		return err
	}
	old := s.stream
	s.stream, s.at = stream, s.to
	return old.Close()
}

// Close implements io.Closer.
func (s *seekable) Close() error { return s.stream.Close() }
