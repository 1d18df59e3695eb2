package httplink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/glimpse-go/glimpse/transport"
)

// part opens what follows an offset of a version: all of it, or a range (RFC 9110 §14).
func (c *Client) part(ctx context.Context, path string, offset int64) (*transport.Stream, error) {
	if offset < 0 {
		return nil, transport.At(transport.ErrMalformed, "offset")
	}
	h := http.Header{"Accept-Encoding": {"identity"}} // whose length is that of the version
	if offset > 0 {
		h.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	r, err := c.send(ctx, http.MethodGet, path, body{header: h}, http.StatusOK, http.StatusPartialContent)
	if err != nil && r != nil && r.StatusCode == http.StatusRequestedRangeNotSatisfiable && errors.Is(err, transport.ErrOffset) {
		return nothingLeft(r, offset, err)
	}
	if err != nil {
		return nil, err
	}
	size, err := partSize(r, offset)
	if err == nil && r.StatusCode == http.StatusOK {
		err = skip(ctx, r.Body, offset) // something on the way knows no ranges
	}
	if err != nil {
		r.Body.Close()
		return nil, err
	}
	return &transport.Stream{ReadCloser: &rest{r.Body, size - offset}, Size: size}, nil
}

func skip(ctx context.Context, body io.Reader, n int64) error {
	if _, err := io.CopyN(io.Discard, body, n); err != nil {
		return unreachable(ctx, err)
	}
	return nil
}

// nothingLeft is the end of a version, which is no range of it.
func nothingLeft(r *http.Response, offset int64, err error) (*transport.Stream, error) {
	if which, size := contentRange(r); which == "*" && size == offset {
		return &transport.Stream{ReadCloser: http.NoBody, Size: size}, nil
	}
	return nil, err
}

// partSize is the size of the version of which an answer is a part, from an offset on.
func partSize(r *http.Response, offset int64) (int64, error) {
	size := r.ContentLength
	if r.Header.Get("Content-Type") != versionType {
		return 0, notStation(r)
	}
	if r.StatusCode == http.StatusPartialContent {
		var which string
		if which, size = contentRange(r); size < 0 || which != fmt.Sprintf("%d-%d", offset, size-1) {
			return 0, notStation(r)
		}
	}
	if size < 0 {
		return 0, notStation(r)
	}
	if size < offset {
		return 0, transport.At(transport.ErrMalformed, "range")
	}
	return size, nil
}

// contentRange returns which range of how many bytes an answer is; -1 where it does not say.
func contentRange(r *http.Response) (which string, size int64) {
	which, total, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Content-Range"), "bytes "), "/")
	size, ok := number(total)
	if !ok {
		return which, -1
	}
	return which, size
}

// rest is what is left of a version. A proxy, or a station that is up to something,
// can end an answer early and call it whole.
type rest struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (r *rest) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.ReadCloser.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if errors.Is(err, io.EOF) && r.left > 0 {
		err = fmt.Errorf("%w: %w", transport.ErrUnreachable, io.ErrUnexpectedEOF)
	}
	return n, err
}
