package httplink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/glimpse-go/glimpse/transport"
)

// The headers and the type of tus 1.0 (https://tus.io/protocols/resumable-upload).
const (
	tusVersion   = "1.0.0"
	tusHeader    = "Tus-Resumable"
	offsetHeader = "Upload-Offset"
	lengthHeader = "Upload-Length"
	deferHeader  = "Upload-Defer-Length" // in place of the length
	patchType    = "application/offset+octet-stream"
)

// errTus is the refusal of a request by a tus of another version.
var errTus = transport.At(transport.ErrMalformed, tusHeader)

// tus returns which version a request of a tus client is about, and how long it is, as the
// query says; -1 where it does not. It says which tus this is.
func tus(r request) (ref transport.Ref, length int64, err error) {
	r.w.Header().Set(tusHeader, tusVersion)
	if v := r.Header.Get(tusHeader); v != "" && v != tusVersion {
		r.w.Header().Set("Tus-Version", tusVersion)
		return ref, 0, errTus
	}
	if ref, err = pathVersion(r.Request); err != nil {
		return ref, 0, err
	}
	lengths, err := query(r.Request, "length")
	if err != nil {
		return ref, 0, err
	}
	return ref, lengths[0], nil
}

// beginVersion returns where a version is to be sent. Its length stands there, so that nothing
// is kept of an upload before its first byte.
func beginVersion(r request, hub transport.Hub) error {
	ref, _, err := tus(r)
	if err != nil {
		return err
	}
	where := strconv.Itoa(ref.Version) // beside, whatever path the hub is below
	switch length, ok := number(r.Header.Get(lengthHeader)); {
	case ok:
		where += fmt.Sprintf("?length=%d", length)
	case r.Header.Get(deferHeader) != "1":
		return transport.At(transport.ErrMalformed, lengthHeader)
	}
	if _, err := hub.PutVersion(r.Context(), ref, 0, nil); err != nil {
		return err
	}
	r.w.Header().Set("Location", where)
	r.w.WriteHeader(http.StatusCreated)
	return nil
}

// sizeOfVersion says how much of a version is there.
func sizeOfVersion(r request, hub transport.Hub) error {
	ref, length, err := tus(r)
	if err != nil {
		return err
	}
	n, err := hub.PutVersion(r.Context(), ref, 0, nil)
	if err != nil {
		return err
	}
	h := r.w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set(offsetHeader, strconv.FormatInt(n, 10))
	if length >= 0 {
		h.Set(lengthHeader, strconv.FormatInt(length, 10))
	} else {
		h.Set(deferHeader, "1")
	}
	r.w.WriteHeader(http.StatusOK)
	return nil
}

// patchVersion takes the rest of a version. What is more than its length is refused unread.
func patchVersion(r request, hub transport.Hub) error {
	ref, length, err := tus(r)
	if err != nil {
		return err
	}
	offset, ok := number(r.Header.Get(offsetHeader))
	switch {
	case !ok:
		return transport.At(transport.ErrMalformed, offsetHeader)
	case r.Header.Get("Content-Type") != patchType:
		return errPatchType
	case length >= 0 && (offset > length || r.ContentLength > length-offset):
		return transport.At(transport.ErrTooLarge, lengthHeader)
	}
	n, err := hub.PutVersion(r.Context(), ref, offset, &chunk{r.Body, length - offset})
	if errors.Is(err, errChunk) {
		err = nil // it is kept, and more is to come
	}
	r.w.Header().Set(offsetHeader, strconv.FormatInt(n, 10))
	return done(r, err)
}

// errChunk ends a chunk that does not end its version.
var errChunk = fmt.Errorf("%w: more is to come", io.ErrUnexpectedEOF)

// chunk is a body that may be less than what is left of a version: to who takes that, it breaks
// off.
type chunk struct {
	io.Reader
	left int64 // negative = not known
}

// Read implements io.Reader.
func (c *chunk) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.left -= int64(n); errors.Is(err, io.EOF) && c.left > 0 {
		err = errChunk
	}
	return n, err
}

// errPatchType is the refusal of a body that is no rest of a version.
var errPatchType = transport.At(transport.ErrMalformed, "Content-Type")

// resumable says which tus this is.
func resumable(r request, _ transport.Hub) error {
	h := r.w.Header()
	h.Set(tusHeader, tusVersion)
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", "creation")
	return done(r, nil)
}

// PutVersion implements transport.ResumableUploader.
func (c *Client) PutVersion(ctx context.Context, ref transport.Ref, offset int64, data io.Reader) (int64, error) {
	method, b, want := http.MethodHead, body{}, http.StatusOK
	if data != nil {
		h := http.Header{offsetHeader: {strconv.FormatInt(offset, 10)}, "Content-Type": {patchType}}
		method, b, want = http.MethodPatch, body{stream: data, header: h}, http.StatusNoContent
	}
	r, err := c.send(ctx, method, uploadPath(ref), b, want)
	if r == nil {
		return 0, err
	}
	defer r.Body.Close()
	n, ok := number(r.Header.Get(offsetHeader))
	if err == nil && !ok {
		err = notStation(r)
	}
	return n, err
}

func uploadPath(ref transport.Ref) string {
	return fmt.Sprintf("/v1/uploads/%v/%v/%d", ref.Collection, ref.Item, ref.Version)
}
