//go:build vips && cgo

package vips

// #include "pipeline.h"
import "C"

import (
	"context"
	"errors"
	"io"
	"runtime/cgo"
	"sync"
	"unsafe"

	"github.com/glimpse-go/glimpse/transport/media"
)

// reader is where libvips reads a job's picture. It remembers the first error of
// the source itself, so that a failing disk is not taken for a damaged picture.
type reader struct {
	ctx context.Context
	io.SectionReader
	blank bool // zeros are read instead of an error

	mu   sync.Mutex
	err  error
	most int64 // offset behind the last byte read
}

func newReader(ctx context.Context, job media.Job, f format) *reader {
	return &reader{ctx: ctx, SectionReader: *io.NewSectionReader(job.Source, 0, job.Size), blank: f.fragile}
}

// open hands the reader to libvips. The source returned must not be read after
// its closing.
func (r *reader) open() (source *C.VipsSource, close func()) {
	handle := cgo.NewHandle(r)
	source = C.gv_source(C.uintptr_t(handle))
	return source, func() {
		C.g_object_unref(C.gpointer(source))
		handle.Delete()
	}
}

// failed returns the error of the source, if there was one.
func (r *reader) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// fail returns the error for a job that ended with err: that of the context or
// the source, if there was one, or else that of a damaged picture.
func (r *reader) fail(job media.Job, err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, cause := range []error{r.ctx.Err(), r.err} {
		if cause != nil {
			return fail(job, nil, cause)
		}
	}
	return fail(job, media.ErrCorrupt, err)
}

func fail(job media.Job, kind, cause error) error {
	return &media.Error{MediaType: job.Info.MediaType, Kind: kind, Err: cause}
}

// fill reads as read(2) does: less than there is room for only at the end.
func (r *reader) fill(p []byte) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.read(p)
	if r.err == nil {
		return int64(n)
	}
	if r.blank {
		clear(p)
		return int64(len(p))
	}
	return -1
}

// read notes the error of the context and those of the source but its end.
func (r *reader) read(p []byte) int {
	if r.err == nil {
		r.err = r.ctx.Err()
	}
	if r.err != nil {
		return 0
	}
	n, err := io.ReadFull(&r.SectionReader, p)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		r.err = err
	}
	at, _ := r.Seek(0, io.SeekCurrent)
	r.most = max(r.most, at)
	return n
}

//export goRead
func goRead(handle C.uintptr_t, buffer unsafe.Pointer, length C.gint64) C.gint64 {
	r := cgo.Handle(handle).Value().(*reader)
	return C.gint64(r.fill(unsafe.Slice((*byte)(buffer), int(length))))
}

//export goSeek
func goSeek(handle C.uintptr_t, offset C.gint64, whence C.int) C.gint64 {
	r := cgo.Handle(handle).Value().(*reader)
	r.mu.Lock()
	defer r.mu.Unlock()
	at, err := r.Seek(int64(offset), int(whence))
	if err != nil {
		return -1
	}
	return C.gint64(at)
}
