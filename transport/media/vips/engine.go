//go:build vips && cgo

package vips

// #cgo pkg-config: vips
// #include "pipeline.h"
import "C"

import (
	"fmt"
	"sync"
	"unsafe"

	govips "github.com/davidbyttow/govips/v2/vips"

	"github.com/glimpse-go/glimpse/transport/media"
)

// engine is the [media.Engine].
type engine struct {
	formats map[string]format // those of formats that this libvips reads
}

// New starts libvips, if it does not run yet, and returns the engine. Without the
// tag vips the error is [ErrNotBuilt]; with it, the reason why libvips does not
// start. The engine needs no closing.
func New() (media.Engine, error) {
	if err := start(); err != nil {
		return nil, err
	}
	e := &engine{formats: map[string]format{}}
	for mediaType, f := range formats {
		if known(f.loader) {
			e.formats[mediaType] = f
		}
	}
	return e, nil
}

// String returns the name and version of libvips.
func (*engine) String() string { return "libvips " + govips.Version }

// start starts libvips once for the process. The cache must be off: it would keep
// pictures, and with them their sources, alive.
var start = sync.OnceValue(func() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("libvips %s does not start: %v", govips.Version, p)
		}
	}()
	govips.LoggingSettings(func(string, govips.LogLevel, string) {}, govips.LogLevelError)
	govips.Startup(&govips.Config{ConcurrencyLevel: 1})
	C.vips_block_untrusted_set(C.TRUE)
	return nil
})

// known says whether libvips was built with the operation.
func known(operation string) bool {
	parent, name := C.CString("VipsOperation"), C.CString(operation)
	defer C.free(unsafe.Pointer(parent))
	defer C.free(unsafe.Pointer(name))
	return C.vips_type_find(parent, name) != 0
}
