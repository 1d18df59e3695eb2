//go:build vips

package main

import (
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/vips"
)

func installed() []media.Engine {
	libvips, err := vips.New()
	if err != nil {
		return nil
	}
	return []media.Engine{libvips}
}

// helpOfEngines is empty: there is no other engine to recommend.
const helpOfEngines = ""
