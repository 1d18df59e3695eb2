package heif

import (
	_ "unsafe" // for go:linkname

	_ "github.com/gen2brain/avif"
	_ "github.com/gen2brain/heic"
)

// The decoders as WebAssembly, packed by gzip: libheif 1.18.2 with libde265
// 1.0.15, and libavif with libaom. Their Go packages run them without a bound on
// memory or time, or do not run them at all if the computer has a shared library
// of that name, and do not export them, so they are linked by name. A test fails
// if a later version names them differently.
var (
	//go:linkname heicProgram github.com/gen2brain/heic.heifWasm
	heicProgram []byte
	//go:linkname avifProgram github.com/gen2brain/avif.decodeWasm
	avifProgram []byte
)
