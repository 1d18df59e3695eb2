package rawtest

import (
	"encoding/binary"
	"slices"

	"github.com/glimpse-go/glimpse/transport/media/internal/tiff/tifftest"
)

// RAF has its own header, and a table of records with the size.
func (f File) RAF() []byte {
	const previewAt = 160
	b := make([]byte, previewAt)
	copy(b, "FUJIFILMCCD-RAW 0201FF393202X-T3")
	table := binary.BigEndian.AppendUint32(nil, 1)
	table = binary.BigEndian.AppendUint16(table, 0x0111)
	table = binary.BigEndian.AppendUint16(table, 4)
	table = binary.BigEndian.AppendUint16(table, f.Height)
	table = binary.BigEndian.AppendUint16(table, f.Width)
	binary.BigEndian.PutUint32(b[84:], previewAt)
	binary.BigEndian.PutUint32(b[88:], uint32(len(f.Preview)))
	binary.BigEndian.PutUint32(b[92:], uint32(previewAt+len(f.Preview)))
	binary.BigEndian.PutUint32(b[96:], uint32(len(table)))
	return append(append(b, f.Preview...), table...)
}

const (
	canonMeta    = "\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48"
	canonPreview = "\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16"
)

// CR3 has boxes with the thumbnail and a preview, and the full preview as the
// sample of a track. Here the thumbnail stands for the smaller preview, too.
func (f File) CR3() []byte {
	ftyp := box("ftyp", []byte("crx \x00\x00\x00\x01crx isom"))
	moov := f.movie(0)
	rest := box("uuid", []byte(canonPreview), make([]byte, 8), f.picture("PRVW", f.Thumb))
	mdatAt := len(ftyp) + len(moov) + len(rest)
	moov = f.movie(uint64(mdatAt + 8))
	return slices.Concat(ftyp, moov, rest, box("mdat", f.Preview))
}

// movie is the "moov" box of a CR3 file whose preview is at the given offset.
func (f File) movie(at uint64) []byte {
	base := f.base("Canon", "Canon EOS R")
	first := slices.Concat(base[:len(base)-1], tifftest.Dir{tifftest.Short(width, f.Width), tifftest.Short(height, f.Height)})
	sizes := binary.BigEndian.AppendUint32(make([]byte, 4), uint32(len(f.Preview)))
	sizes = binary.BigEndian.AppendUint32(sizes, 1)
	place := binary.BigEndian.AppendUint32(make([]byte, 4), 1)
	place = binary.BigEndian.AppendUint64(place, at)
	entry := box("CRAW", make([]byte, 24), binary.BigEndian.AppendUint16(nil, f.Width),
		binary.BigEndian.AppendUint16(nil, f.Height), make([]byte, 54), box("JPEG", make([]byte, 4)))
	chunks := []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}
	table := box("stbl", box("stsd", []byte{0, 0, 0, 0, 0, 0, 0, 1}, entry),
		box("stsc", chunks), box("stsz", sizes), box("co64", place))
	handler := box("hdlr", make([]byte, 8), []byte("vide"), make([]byte, 13))
	track := box("trak", box("mdia", handler, box("minf", table)))
	meta := box("uuid", []byte(canonMeta), box("CMT1", little(first)), box("CMT2", little(f.details())),
		f.picture("THMB", f.Thumb))
	return box("moov", meta, track)
}

// picture is a box with a JPEG file behind its size.
func (f File) picture(kind string, jpeg []byte) []byte {
	head := make([]byte, 16)
	at := 8
	if kind == "PRVW" {
		at = 12
	}
	binary.BigEndian.PutUint32(head[at:], uint32(len(jpeg)))
	return box(kind, head, jpeg)
}

func box(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, kind...), body...)
}
