package rawtest

import (
	"slices"

	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
	"github.com/glimpse-go/glimpse/transport/media/internal/tiff/tifftest"
)

// CR2 has the preview in the first directory, the thumbnail in the second, and
// the samples as lossless JPEG in the last.
func (f File) CR2() []byte {
	last := tifftest.Dir{
		tifftest.Short(compression, 6),
		tifftest.Place(strips, lossless), tifftest.Long(stripBytes, uint32(len(lossless))),
	}
	size := tifftest.Dir{tifftest.Short(width, f.Width), tifftest.Short(height, f.Height)}
	return tifftest.FileWith(tifftest.Little, tiff.TIFF, []byte("CR\x02\x00\x00\x00\x00\x00"),
		slices.Concat(f.base("Canon", "Canon EOS 80D"), size, strip(f.Preview, 6)), interchange(f.Thumb), last)
}

// NEF has the preview in the first sub-directory and the samples in the second.
func (f File) NEF() []byte {
	return big(slices.Concat(f.base("NIKON CORPORATION", "NIKON D90"), tifftest.Dir{
		tifftest.Long(subfileType, 1), tifftest.Sub(subs, interchange(f.Preview), f.sensor(34713)),
	}), interchange(f.Thumb))
}

// ARW has the preview in the first directory, where the thumbnail follows.
func (f File) ARW() []byte {
	return little(slices.Concat(f.base("SONY", "ILCE-7M3"), interchange(f.Preview), tifftest.Dir{
		tifftest.Sub(subs, f.sensor(32767)),
	}), interchange(f.Thumb))
}

// SR2 is the older form of ARW: the samples are named by private data only.
func (f File) SR2() []byte {
	return big(slices.Concat(f.base("SONY", "DSC-R1"), interchange(f.Preview), tifftest.Dir{
		tifftest.Short(width, f.Width), tifftest.Short(height, f.Height),
		tifftest.Bytes(0xc634, []byte("SR2 private data")),
	}), interchange(f.Thumb))
}

// DNG has the preview in the second sub-directory, as one strip.
func (f File) DNG() []byte {
	return little(slices.Concat(f.base("Google", "Pixel"), tifftest.Dir{
		tifftest.Bytes(0xc612, []byte{1, 4, 0, 0}), tifftest.Long(subfileType, 1),
		tifftest.Sub(subs, f.sensor(7), strip(f.Preview, 7)),
	}))
}

// ORF has the preview in the notes of the maker.
func (f File) ORF() []byte {
	settings := tifftest.Dir{tifftest.Place(0x0101, f.Preview), tifftest.Long(0x0102, uint32(len(f.Preview)))}
	notes := tifftest.Append([]byte("OLYMPUS\x00II\x03\x00"), tifftest.Little,
		tifftest.Dir{tifftest.Sub(0x2020, settings)})
	first := f.base("OLYMPUS IMAGING CORP.", "E-M5")
	first[len(first)-1] = tifftest.Sub(exif, f.details(tifftest.Bytes(makerNote, notes)))
	return tifftest.File(tifftest.Little, tiff.Olympus, slices.Concat(first, tifftest.Dir{
		tifftest.Short(width, f.Width), tifftest.Short(height, f.Height),
	}))
}

// RW2 has the preview as a value in the first directory.
func (f File) RW2() []byte {
	return tifftest.File(tifftest.Little, tiff.Panasonic, slices.Concat(f.base("Panasonic", "DMC-GH4"), tifftest.Dir{
		tifftest.Short(4, 4), tifftest.Short(5, 8), tifftest.Short(6, 4+f.Height), tifftest.Short(7, 8+f.Width),
		tifftest.Bytes(0x2e, f.Preview),
	}))
}
