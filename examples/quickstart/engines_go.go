//go:build !vips

package main

import "github.com/glimpse-go/glimpse/transport/media"

func installed() []media.Engine { return nil }

// helpOfEngines says which engine helps where these do not.
const helpOfEngines = " (go run -tags vips)"
