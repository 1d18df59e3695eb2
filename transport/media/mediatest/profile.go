package mediatest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"slices"

	"github.com/glimpse-go/glimpse/transport/media/internal/icc/icctest"
)

// profiledFiles show the four colours by samples that mean them under a profile,
// as JPEG and as PNG. Adobe RGB is also said by EXIF alone.
func profiledFiles() (files []File) {
	var profiles []icctest.Profile
	for _, version := range []int{2, 4} {
		profiles = append(profiles, icctest.SRGB(version), icctest.DisplayP3(version), icctest.AdobeRGB(version), icctest.ProPhoto(version), icctest.Swapped(version))
	}
	for _, p := range profiles {
		m := Corners(filesSize.X, filesSize.Y, under(p))
		files = append(files, plain(fmt.Sprintf("%s, version %d", p.Name, p.Version), "image/jpeg", WithProfile(asJPEG(m), p.Bytes())),
			plain(fmt.Sprintf("%s, version %d, PNG", p.Name, p.Version), "image/png", pngProfile(m, p.Bytes())))
	}
	adobe := asJPEG(Corners(filesSize.X, filesSize.Y, under(icctest.AdobeRGB(2))))
	return append(files, plain("Adobe RGB by EXIF", "image/jpeg", EXIF{Orientation: 1, AdobeRGB: true}.AddTo(adobe)))
}

// under returns the samples that show the four colours under a profile.
func under(p icctest.Profile) (c [4]color.RGBA) {
	for i, want := range Colours {
		s := p.FromSRGB(icctest.Of(want.R, want.G, want.B)).Samples()
		c[i] = color.RGBA{s[0], s[1], s[2], 0xff}
	}
	return c
}

// WithProfile returns a copy of a JPEG file with an ICC profile in it, in as many
// segments as it needs (ICC.1:2022, annex B.4).
func WithProfile(jpeg, profile []byte) []byte {
	const most = 0xffff - 2 - 14
	pieces := slices.Collect(slices.Chunk(profile, most))
	out := slices.Clone(jpeg[:2])
	for i, piece := range pieces {
		n := 2 + 14 + len(piece)
		out = append(out, 0xff, 0xe2, byte(n>>8), byte(n))
		out = append(out, "ICC_PROFILE\x00"...)
		out = append(out, byte(i+1), byte(len(pieces)))
		out = append(out, piece...)
	}
	return append(out, jpeg[2:]...)
}

// pngProfile makes a PNG with an ICC profile (PNG, third edition, section
// 11.3.2.3).
func pngProfile(m image.Image, profile []byte) []byte {
	var body bytes.Buffer
	body.WriteString("profile\x00\x00")
	z := zlib.NewWriter(&body)
	z.Write(profile) // to memory
	must(z.Close())
	chunk := binary.BigEndian.AppendUint32(nil, uint32(body.Len()))
	chunk = append(append(chunk, "iCCP"...), body.Bytes()...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return slices.Insert(asPNG(m), 33, chunk...)
}
