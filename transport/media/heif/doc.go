// Package heif is an engine for HEIC pictures (ISO/IEC 23008-12 with HEVC), as
// iPhones and other cameras write, and AVIF ones:
//
//	maker := media.Maker{Engines: []media.Engine{&heif.Engine{}}}
//
// It runs libheif with libde265, and libavif with libaom, compiled to WebAssembly,
// without cgo and without anything installed. On amd64 and arm64 they are compiled
// to machine code when they are first needed, which takes a second or two; on other
// processors they are interpreted, which is some twenty times slower.
//
// Hostile files can do no more than have the decoder fail: it reaches nothing but
// its own memory, of which it has no more than Cost says, and it ends when the
// context ends. Between the decoder's checkpoints, which can be a second apart for
// the largest pictures, it cannot be interrupted.
//
// Rotation, mirror and crop of the container are applied, of AVIF and HEIC alike.
// Samples of limited range, and those of the matrices of ITU-R BT.709 and BT.2020,
// are taken as the container's "nclx" says; without it, as MIAF has it, they are of
// full range and BT.601. Alpha of HEIC is not applied. Pictures of high dynamic range
// (PQ, HLG) are shown as if they were not.
package heif
