//go:build vips && cgo

package vips

// #include "pipeline.h"
import "C"

import (
	"context"
	"errors"
	"image"
	"strings"
	"unsafe"
)

// picture is an image of libvips, in memory or still to be worked out. It must be
// freed; the zero value is none.
type picture struct{ p *C.VipsImage }

func (m picture) free() {
	if m.p != nil {
		C.g_object_unref(C.gpointer(m.p))
	}
}

// size is zero if there is no picture.
func (m picture) size() image.Point {
	if m.p == nil {
		return image.Point{}
	}
	return image.Pt(int(C.vips_image_get_width(m.p)), int(C.vips_image_get_height(m.p)))
}

// load opens a picture by an operation of libvips with its options.
func load(source *C.VipsSource, loader, options string) (picture, error) {
	name, with := C.CString(loader), C.CString(options)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(with))
	var m picture
	err := failure(C.gv_load(name, source, with, &m.p))
	return m, err
}

// header returns what the loader has found out.
func (m picture) header() header {
	return header{
		width:      int64(C.vips_image_get_width(m.p)),
		height:     int64(C.vips_image_get_height(m.p)),
		pixel:      int64(C.gv_pixel(m.p)),
		interlaced: C.vips_image_get_typeof(m.p, interlacedName) != 0,
		subsampled: C.gv_subsampled(m.p) != 0,
	}
}

// uniform says whether a picture in memory has one colour only, but for rounding.
func (m picture) uniform() bool {
	size := m.size()
	bands := int(C.vips_image_get_bands(m.p))
	data := unsafe.Slice((*byte)(C.vips_image_get_data(m.p)), size.X*size.Y*bands)
	for i, v := range data {
		if first := data[i%bands]; max(v, first)-min(v, first) > 2 {
			return false
		}
	}
	return true
}

// setProfile makes the samples those of an ICC profile.
func (m picture) setProfile(profile []byte) {
	C.vips_image_set_blob_copy(m.p, iccName, unsafe.Pointer(unsafe.SliceData(profile)), C.size_t(len(profile)))
}

// dropProfile makes the samples those of sRGB.
func (m picture) dropProfile() { C.vips_image_remove(m.p, iccName) }

// Names of metadata of libvips.
var (
	iccName        = C.CString("icc-profile-data")
	interlacedName = C.CString("interlaced")
)

// scaled returns the picture in memory, in exactly this size, as 8-bit sRGB or gray
// on white. It stops when the context ends. A profile that does not suit the
// samples is not applied.
func (m picture) scaled(ctx context.Context, size image.Point) (picture, error) {
	plan, err := m.plan(size)
	if err != nil {
		m.dropProfile()
		plan, err = m.plan(size)
	}
	if err != nil {
		return picture{}, err
	}
	defer plan.free()
	return plan.worked(ctx)
}

func (m picture) plan(size image.Point) (picture, error) {
	var plan picture
	err := failure(C.gv_scale(m.p, C.int(size.X), C.int(size.Y), &plan.p))
	return plan, err
}

// worked returns the pixels of a plan in memory.
func (plan picture) worked(ctx context.Context) (picture, error) {
	kill := picture{(*C.VipsImage)(C.g_object_ref(C.gpointer(plan.p)))}
	stop := context.AfterFunc(ctx, func() {
		C.vips_image_set_kill(kill.p, C.TRUE)
		kill.free()
	})
	small := picture{C.vips_image_copy_memory(plan.p)}
	if stop() {
		kill.free()
	}
	if small.p == nil {
		return picture{}, failure(-1)
	}
	small.dropProfile()
	return small, nil
}

// jpeg encodes the picture turned upright.
func (m picture) jpeg(orientation, quality int) ([]byte, error) {
	var data unsafe.Pointer
	var size C.size_t
	if err := failure(C.gv_jpeg(m.p, C.int(orientation), C.int(quality), &data, &size)); err != nil {
		return nil, err
	}
	defer C.g_free(C.gpointer(data))
	return C.GoBytes(data, C.int(size)), nil
}

// failure returns the last line that libvips has to say of a failed call. All
// threads share its error buffer, so the line may be that of another picture.
func failure(status C.int) error {
	if status == 0 {
		return nil
	}
	text := C.vips_error_buffer_copy()
	defer C.g_free(C.gpointer(text))
	lines := strings.Split(strings.TrimSpace(C.GoString(text)), "\n")
	return errors.New("libvips: " + strings.ToValidUTF8(lines[len(lines)-1], "?"))
}
