// Package section reads pieces of a file whose size is known, so that a parser
// never asks for more than is there.
package section

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrShort says that a file ends before something that it announced.
var ErrShort = errors.New("cut short")

// Part is a run of bytes in a file: where it begins and how long it is. The
// zero Part stands for none.
type Part struct{ Off, Len int64 }

// File is a file of Size bytes. It may be used by several goroutines at once if
// its reader may.
type File struct {
	R    io.ReaderAt
	Size int64
}

// Has reports whether p is not empty and lies in the file.
func (f File) Has(p Part) bool {
	return p.Off >= 0 && p.Len > 0 && p.Off <= f.Size && p.Len <= f.Size-p.Off
}

// Bytes returns the bytes of p in memory of their own. The error is [ErrShort]
// with the place where p does not lie in the file, or that of the reader.
func (f File) Bytes(p Part) ([]byte, error) {
	if !f.Has(p) {
		return nil, fmt.Errorf("%w: no %d bytes at %d", ErrShort, p.Len, p.Off)
	}
	b := make([]byte, p.Len)
	if n, err := f.R.ReadAt(b, p.Off); n < len(b) {
		return nil, readError(p, err)
	}
	return b, nil
}

func readError(p Part, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: no %d bytes at %d", ErrShort, p.Len, p.Off)
	}
	return err
}

// Upto returns the bytes of p, or fewer at the end of the file. The error is
// that of the reader.
func (f File) Upto(p Part) ([]byte, error) {
	p.Len = min(p.Len, f.Size-p.Off)
	if p.Off < 0 || p.Len <= 0 {
		return nil, nil
	}
	return f.Bytes(p)
}

// Reader reads p, or what of it is in the file.
func (f File) Reader(p Part) *io.SectionReader {
	return io.NewSectionReader(f.R, p.Off, max(0, min(p.Len, f.Size-p.Off)))
}

// Memory returns a file whose bytes are b.
func Memory(b []byte) File { return File{R: bytes.NewReader(b), Size: int64(len(b))} }
