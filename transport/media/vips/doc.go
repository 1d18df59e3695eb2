// Package vips is a [media.Engine] over libvips, for home computers and servers:
// faster than pure Go, and it streams large pictures.
//
// It is built with the tag vips, needs libvips 8.13 or later with its headers
// (Debian: libvips-dev), and cgo. Without the tag the package builds everywhere,
// and [New] returns [ErrNotBuilt]:
//
//	var maker media.Maker
//	if engine, err := vips.New(); err == nil {
//		maker.Engines = append(maker.Engines, engine)
//	}
//
// # What is read
//
// JPEG, PNG, GIF, WebP, TIFF, HEIC and AVIF, as far as the installed libvips was
// built with them; of animations the first frame. The loader is chosen by the
// media type of the job and never by libvips, which also has loaders that run
// other programs' code on what they are given. Those that it holds itself for
// unfit for files of strangers are switched off in the whole process. SVG and PDF
// are not read: nothing bounds the memory that drawing a page takes.
//
// # Memory
//
// Pictures are read through the job's Source as decoding goes on; no file is
// written. Baseline JPEG, whose scan holds all components, and PNG that is not
// interlaced need a few rows at a time, whatever their size. Of a progressive JPEG
// all coefficients are held, and of every other format the whole picture; Cost
// says so, for a Maker to turn to another engine.
//
// # Process
//
// libvips is started once, through govips, with one thread a picture, no cache of
// operations, and without log. These are settings of the whole process: a program
// that uses govips itself calls its Startup first, and then has to switch the
// cache off for pictures not to stay in memory.
package vips

import "errors"

// ErrNotBuilt is returned by New if the package was built without libvips.
var ErrNotBuilt = errors.New("built without libvips: build with -tags vips where libvips-dev is installed")
