//go:build vips

package main

import (
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/heif"
	"github.com/glimpse-go/glimpse/transport/media/vips"
)

// engines are what pictures are made with, before the pure Go engine of package
// media: libvips, and for HEIC where libvips was built without it, the decoder that
// needs nothing installed.
func engines() []media.Engine {
	if libvips, err := vips.New(); err == nil {
		return []media.Engine{libvips, new(heif.Engine)}
	}
	return []media.Engine{new(heif.Engine)}
}

// helpOfEngines is empty: there is no other engine to recommend.
const helpOfEngines = ""
