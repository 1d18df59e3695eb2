//go:build !vips || !cgo

package vips

import "github.com/glimpse-go/glimpse/transport/media"

// New returns the engine, or [ErrNotBuilt] without the tag vips.
func New() (media.Engine, error) { return nil, ErrNotBuilt }
