package httplink

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/glimpse-go/glimpse/transport"
)

// maxFault bounds the refusals that are read, in bytes.
const maxFault = 64 << 10

// post sends a message that is answered by nothing.
func (c *Client) post(ctx context.Context, path string, message any) error {
	data, err := transport.Encode(message)
	if err != nil {
		return err
	}
	r, err := c.send(ctx, http.MethodPost, path, body{message: data}, http.StatusNoContent)
	if err != nil {
		return err
	}
	return r.Body.Close()
}

// call posts a message and reads the one that answers it.
func call[M any](ctx context.Context, c *Client, path string, message any) (M, error) {
	data, err := transport.Encode(message)
	if err != nil {
		var none M
		return none, err
	}
	return exchange[M](ctx, c, http.MethodPost, path, body{message: data})
}

func exchange[M any](ctx context.Context, c *Client, method, path string, b body) (M, error) {
	var none M
	r, err := c.send(ctx, method, path, b, http.StatusOK)
	if err != nil {
		return none, err
	}
	return readAnswer[M](ctx, c, r)
}

// readAnswer reads an answer that is a message, and closes it.
func readAnswer[M any](ctx context.Context, c *Client, r *http.Response) (M, error) {
	defer r.Body.Close()
	if r.Header.Get("Content-Type") != contentType {
		var none M
		return none, notStation(r)
	}
	return receive[M](ctx, r.Body, c.max)
}

// receive reads a message of at most limit bytes to its end.
func receive[M any](ctx context.Context, from io.Reader, limit int64) (M, error) {
	var none M
	data, err := readAll(from, limit, 0)
	if errors.Is(err, transport.ErrTooLarge) {
		return none, err
	}
	if err != nil {
		return none, unreachable(ctx, err)
	}
	return transport.DecodeMessage[M](data)
}

// stream opens an answer that says of what size the whole version is.
func (c *Client) stream(ctx context.Context, path string) (*transport.Stream, error) {
	r, err := c.send(ctx, http.MethodGet, path, body{}, http.StatusOK)
	if err != nil {
		return nil, err
	}
	n, err := size(r)
	if err != nil {
		r.Body.Close()
		return nil, err
	}
	return &transport.Stream{ReadCloser: r.Body, Size: n}, nil
}

// body is what a request carries: a message, a stream, the one before the other, or
// nothing.
type body struct {
	message []byte
	stream  io.Reader
	header  http.Header // beside; nil = nothing
	waits   bool        // the answer waits now and then for what it brings
}

// reader reads a message as a body that can be read twice, or else the stream.
func (b body) reader() io.Reader {
	switch {
	case b.message != nil:
		return bytes.NewReader(b.message)
	case b.stream != nil:
		return io.NopCloser(b.stream)
	}
	return nil
}

// request makes a request with what says who calls. Of a message and a stream, that is
// over the message.
func (c *Client) request(ctx context.Context, method, path string, b body) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, b.reader())
	if err != nil || c.base == "" {
		return nil, transport.At(transport.ErrUnreachable, "no address")
	}
	if req.Body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Accept", contentType) // what is on the way may add what it likes where there is none
	maps.Copy(req.Header, b.header)
	if err := c.authenticate(req, path); err != nil {
		return nil, err
	}
	if b.message != nil && b.stream != nil {
		req.Body = io.NopCloser(io.MultiReader(req.Body, b.stream))
		req.GetBody, req.ContentLength = nil, -1
	}
	return req, nil
}

// authenticate puts into a request who calls, as the station sees the request: without the
// path of the base, which a proxy may take away.
func (c *Client) authenticate(req *http.Request, path string) (err error) {
	if c.auth == nil {
		return nil
	}
	seen := req.WithContext(req.Context()) // with the same header
	if seen.URL, err = req.URL.Parse(path); err != nil {
		return err
	}
	return c.auth(seen)
}

// send makes a request and returns its answer, which has a status that is wanted.
// A refusal comes as an error beside the answer, whose body is closed.
func (c *Client) send(ctx context.Context, method, path string, b body, want ...int) (*http.Response, error) {
	r, err := c.keepPace(ctx, method, path, b)
	if err != nil {
		return nil, err
	}
	if slices.Contains(want, r.StatusCode) {
		return r, nil
	}
	defer r.Body.Close()
	return r, refusedBy(r)
}

// do makes a request of the station that it is for, if that is a certain one.
func (c *Client) do(ctx context.Context, method, path string, b body) (*http.Response, error) {
	station := &required{key: c.key, web: c.web}
	req, err := c.request(requiring(ctx, station), method, path, b)
	if err != nil {
		return nil, err
	}
	r, err := c.http.Do(req)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	if !c.key.IsZero() && req.URL.Scheme == "https" && !station.shown.Load() {
		r.Body.Close()
		return nil, transport.At(transport.ErrPeerKey, "the transport requires no key")
	}
	return r, nil
}

// refusedBy reads the fault that a station answers with.
func refusedBy(r *http.Response) error {
	data, err := faultOf(r)
	if err == nil {
		if f, err := transport.DecodeMessage[transport.Fault](data); err == nil {
			return &f
		}
	}
	return notStation(r)
}

// faultOf returns the encoding of the fault that an answer has, in its header if it is one to a
// HEAD.
func faultOf(r *http.Response) ([]byte, error) {
	if r.Request != nil && r.Request.Method == http.MethodHead {
		return base64.RawURLEncoding.DecodeString(r.Header.Get(faultHeader))
	}
	return readAll(r.Body, maxFault, 0)
}

// notStation is the error of an answer that comes from something in between, or
// from what is there in the place of a station.
func notStation(r *http.Response) error {
	return transport.At(transport.ErrUnreachable, fmt.Sprintf("answered by %d %s", r.StatusCode, http.StatusText(r.StatusCode)))
}

func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, transport.ErrPeerKey) {
		return err
	}
	if _, refused := errors.AsType[*tls.CertificateVerificationError](err); refused { // somebody answers, who is not who was meant
		return fmt.Errorf("%w: %w", transport.ErrPeerKey, withoutURL(err))
	}
	return fmt.Errorf("%w: %w", transport.ErrUnreachable, withoutURL(err))
}

// withoutURL leaves the URL of a request out of an error: there may be a token in it.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func size(r *http.Response) (int64, error) {
	n, err := strconv.ParseInt(r.Header.Get(sizeHeader), 10, 64)
	if err != nil || n < 0 {
		return 0, notStation(r)
	}
	return n, nil
}

// readAll reads at most limit bytes, into memory for size of them that it takes at once.
func readAll(r io.Reader, limit, size int64) ([]byte, error) {
	data := bytes.NewBuffer(make([]byte, 0, max(0, min(size, limit))+bytes.MinRead))
	_, err := data.ReadFrom(io.LimitReader(r, min(limit, math.MaxInt64-1)+1))
	if err == nil && int64(data.Len()) > limit {
		return nil, transport.At(transport.ErrTooLarge, "message")
	}
	return data.Bytes(), err
}
