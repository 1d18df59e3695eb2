package transport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// MaxSeal is the greatest length of a seal in an upload, in bytes.
const MaxSeal = 4096

// UploadWriter writes an upload: a CBOR sequence (RFC 8742) of frames, one per
// version, and at its end the author's seal or an empty one:
//
//	upload = *frame end
//	frame  = [item: uint, version: uint, offset: uint, data: bstr]
//	end    = [issued: uint, seal: bstr]
//
// The data of a frame is the rest of the version from offset on. It must not be
// used by several goroutines at once.
type UploadWriter struct {
	w    io.Writer
	left io.LimitedReader // of the version that is being written
	head []byte
	buf  []byte // of all versions
}

// NewUploadWriter writes an upload to w.
func NewUploadWriter(w io.Writer) *UploadWriter { return &UploadWriter{w: w} }

// Version writes the size bytes that are left of a version after offset. If
// data has fewer, the error wraps io.ErrUnexpectedEOF and the upload cannot be
// gone on with. item is the place in the collection, version in the ladder.
func (u *UploadWriter) Version(item, version int, offset, size int64, data io.Reader) error {
	if item < 0 || version < 0 || offset < 0 {
		return At(ErrMalformed, "negative place or offset")
	}
	f := Frame{Item: item, Version: version, Offset: offset, Size: max(size, 0)}
	u.head = f.appendHead(u.head[:0])
	if _, err := u.w.Write(u.head); err != nil {
		return err
	}
	if want := int(min(size, maxUploadBuffer)); len(u.buf) < want {
		u.buf = make([]byte, want)
	}
	u.left = io.LimitedReader{R: data, N: size}
	n, err := io.CopyBuffer(u.w, &u.left, u.buf)
	if err == nil && n < size {
		return fmt.Errorf("version %d of item %d ends after %d of %d bytes: %w", version, item, n, size, io.ErrUnexpectedEOF)
	}
	return err
}

// maxUploadBuffer is the greatest length of the buffer that versions pass.
const maxUploadBuffer = 32 << 10

// Close ends the upload with the author's seal over the edition; the zero
// AuthorSeal if it has been sent, or comes later. It does not close the writer
// below.
func (u *UploadWriter) Close(seal AuthorSeal) error {
	end := wire.AppendUint(wire.AppendArray(nil, 2), seal.Issued)
	_, err := u.w.Write(wire.AppendBytes(end, seal.Seal))
	return err
}

// AuthorSeal is a seal over an edition that was made elsewhere; no bytes is
// none.
type AuthorSeal struct {
	Issued uint64 // seconds since 1970; 0 = the author has no clock
	Seal   []byte
}

// Frame is one version, or the rest of one, in an upload. Its Reader returns Size
// bytes, or io.ErrUnexpectedEOF where the upload breaks off.
type Frame struct {
	io.Reader
	Item, Version int
	Offset, Size  int64
}

// UploadReader reads an upload. It must not be used by several goroutines at
// once.
type UploadReader struct {
	r    *bufio.Reader
	left io.LimitedReader // of the frame that is being read
	seal AuthorSeal
	done bool
}

// NewUploadReader reads an upload from r, which must hold nothing else.
func NewUploadReader(r io.Reader) *UploadReader {
	return &UploadReader{r: bufio.NewReaderSize(r, 32<<10)}
}

// Next returns the next frame, or io.EOF when the upload has ended, seal and all.
// What was left unread of the frame before is skipped. Errors wrap ErrMalformed
// or io.ErrUnexpectedEOF, or are those of the reader below.
func (u *UploadReader) Next() (Frame, error) {
	if u.done {
		return Frame{}, io.EOF
	}
	if _, err := io.Copy(io.Discard, &u.left); err != nil {
		return Frame{}, err
	}
	if u.left.N > 0 {
		return Frame{}, io.ErrUnexpectedEOF
	}
	n, err := u.readHead(wire.Array)
	switch {
	case err != nil:
		return Frame{}, err
	case n == 2:
		return Frame{}, u.readEnd()
	case n == 4:
		return u.readFrame()
	}
	return Frame{}, At(ErrMalformed, "upload")
}

// Ready reports whether what follows a frame that was read, another one or the end, has
// come from below whole, so that reading it does not wait. While something of the frame is
// left it is false.
func (u *UploadReader) Ready() bool {
	held, _ := u.r.Peek(u.r.Buffered())
	r := bytes.NewReader(held)
	_, n, err := wire.ReadHead(r)
	var last uint64 // the length of what stands at the end
	for ; err == nil && n > 0; n-- {
		_, last, err = wire.ReadHead(r)
	}
	return err == nil && u.left.N == 0 && last <= uint64(r.Len())
}

// Seal is the author's seal, once Next has returned io.EOF.
func (u *UploadReader) Seal() AuthorSeal { return u.seal }

func (u *UploadReader) readEnd() error {
	var v [2]uint64
	if err := u.readHeads(v[:]); err != nil {
		return err
	}
	if v[1] > MaxSeal {
		return At(ErrTooLarge, "seal")
	}
	u.seal = AuthorSeal{Issued: v[0], Seal: make([]byte, v[1])}
	if _, err := io.ReadFull(u.r, u.seal.Seal); err != nil {
		return unexpected(err)
	}
	if _, err := u.r.ReadByte(); !errors.Is(err, io.EOF) {
		return At(ErrMalformed, "bytes after the upload")
	}
	u.done = true
	return io.EOF
}

// readHead reads the head of an item of a major type.
func (u *UploadReader) readHead(major wire.Major) (uint64, error) {
	got, n, err := wire.ReadHead(u.r)
	switch {
	case errors.Is(err, wire.ErrMalformed):
		return 0, At(ErrMalformed, "a number that is not in its shortest form")
	case err != nil:
		return 0, unexpected(err)
	case got != major:
		return 0, At(ErrMalformed, "upload")
	}
	return n, nil
}

// readHeads reads numbers, and at the end the length of a byte string.
func (u *UploadReader) readHeads(v []uint64) (err error) {
	for i := range v {
		want := wire.Uint
		if i == len(v)-1 {
			want = wire.Bytes
		}
		if v[i], err = u.readHead(want); err != nil {
			return err
		}
		if v[i] > math.MaxInt64 {
			return At(ErrMalformed, "upload")
		}
	}
	return nil
}

func (u *UploadReader) readFrame() (Frame, error) {
	var v [4]uint64
	if err := u.readHeads(v[:]); err != nil {
		return Frame{}, err
	}
	if v[0] > math.MaxInt32 || v[1] >= label.MaxVersions || v[2] > math.MaxInt64-v[3] {
		return Frame{}, At(ErrMalformed, "frame")
	}
	u.left = io.LimitedReader{R: u.r, N: int64(v[3])}
	f := Frame{Item: int(v[0]), Version: int(v[1]), Offset: int64(v[2]), Size: int64(v[3])}
	f.Reader = frameReader{&u.left}
	return f, nil
}

// frameReader tells the end of a frame from the end of a broken upload.
type frameReader struct{ left *io.LimitedReader }

func (f frameReader) Read(p []byte) (int, error) {
	n, err := f.left.Read(p)
	if errors.Is(err, io.EOF) && f.left.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
