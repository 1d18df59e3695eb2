//go:build !vips

package main

import (
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/heif"
)

// engines are what pictures are made with, before the pure Go engine of package
// media. Build with the tag vips to have libvips.
func engines() []media.Engine { return []media.Engine{new(heif.Engine)} }

// helpOfEngines says which engine helps where these do not.
const helpOfEngines = " (go run -tags vips)"
