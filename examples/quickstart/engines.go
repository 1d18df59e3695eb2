package main

import (
	"strings"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/heif"
)

// thumbnailBox is the box in pixels that thumbnails fit, as package mediafiles makes them.
var thumbnailBox = media.Box{W: 160, H: 120}

// engines are what pictures are made with, before the pure Go engine of package media. Built
// with the tag vips there is libvips, and for HEIC where libvips was built without it, the
// decoder that needs nothing installed.
func engines() []media.Engine { return append(installed(), new(heif.Engine)) }

// equip provides a maker of pictures with the engines there are, and the memory that the
// user allows.
func (o options) equip(m *media.Maker) { m.Engines, m.Budget = engines(), o.budget<<20 }

// engineNames says what pictures are made with, in the order of trial.
func engineNames() []string {
	var names []string
	for _, e := range append(engines(), media.Pure{}) {
		names = append(names, e.String())
	}
	return names
}

// engineLine says it in the story.
func engineLine() string {
	return "Thumbnails are made by " + strings.Join(engineNames(), ", then ") + "."
}
