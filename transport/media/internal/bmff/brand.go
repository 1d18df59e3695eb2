package bmff

import (
	"encoding/binary"
	"slices"
	"strings"
)

// maxBrands bounds the compatible brands that are looked at.
const maxBrands = 64

// Sniff returns the media type that a file's first box, "ftyp", says (ISO/IEC
// 14496-12, section 4.3), or nothing if head does not begin with that box. For
// pictures it looks at the compatible brands, too: files of the structural
// brand "mif1" hold HEVC or AV1. The film of a Live Photo is "video/quicktime".
func Sniff(head []byte) string {
	brands := Brands(head)
	if len(brands) == 0 {
		return ""
	}
	major := brands[0]
	switch {
	case major == "mif1" || major == "msf1" || major == "miaf":
		return structural(brands)
	case isHEIC(major):
		return "image/heic"
	case isAVIF(major):
		return "image/avif"
	case major == "crx ":
		return "image/x-canon-cr3"
	case major == "qt  ":
		return "video/quicktime"
	case major == "M4A " || major == "M4B ":
		return "audio/mp4"
	case strings.HasPrefix(major, "3g"):
		return "video/3gpp"
	}
	return "video/mp4"
}

// structural tells what a file is whose major brand says only how it is built.
func structural(brands []string) string {
	if slices.ContainsFunc(brands, isAVIF) && !slices.ContainsFunc(brands, isHEIC) {
		return "image/avif"
	}
	return "image/heic"
}

// isHEIC knows the brands of ISO/IEC 23008-12, annex B.4.
func isHEIC(brand string) bool {
	switch brand {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs":
		return true
	}
	return false
}

// isAVIF knows the brands of the AV1 Image File Format, section 6.
func isAVIF(brand string) bool { return brand == "avif" || brand == "avis" }

// Brands returns the major brand, and then the compatible ones as far as they
// are in head. There is none if head does not begin with an "ftyp" box.
func Brands(head []byte) []string {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return nil
	}
	size := binary.BigEndian.Uint32(head)
	brands := []string{string(head[8:12])}
	for at := 16; at+4 <= min(int(size), len(head)) && len(brands) < maxBrands; at += 4 {
		brands = append(brands, string(head[at:at+4]))
	}
	return brands
}
