package jpeg

import "bytes"

// maxProfile bounds an ICC profile; those of photos have up to a few kilobytes.
const maxProfile = 4 << 20

var (
	exifPrefix    = []byte("Exif\x00\x00")
	profilePrefix = []byte("ICC_PROFILE\x00")
)

// readEXIF keeps the first APP1 segment with EXIF data (EXIF 2.32, section 4.7.2).
func (d *decoder) readEXIF(b []byte) error {
	if data, ok := bytes.CutPrefix(b, exifPrefix); ok && d.EXIF == nil {
		d.EXIF = bytes.Clone(data)
	}
	return nil
}

// readProfile puts together the ICC profile in APP2 segments, which are numbered
// from 1 on and say how many there are (ICC.1:2022, annex B.4).
func (d *decoder) readProfile(b []byte) error {
	data, ok := bytes.CutPrefix(b, profilePrefix)
	if !ok || len(data) < 2 {
		return nil
	}
	if int(data[0]) == d.pieces+1 && len(d.Profile)+len(data) <= maxProfile {
		d.pieces, d.Profile = d.pieces+1, append(d.Profile, data[2:]...)
		d.wanted = int(data[1])
	}
	return nil
}

// dropPart drops a profile of which a piece is missing.
func (d *decoder) dropPart() {
	if d.pieces != d.wanted {
		d.Profile = nil
	}
}
