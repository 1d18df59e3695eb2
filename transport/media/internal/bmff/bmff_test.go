package bmff_test

import (
	"encoding/binary"
	"errors"
	"image"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/bmff"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

func box(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, kind...), body...)
}

// be32 returns big-endian numbers of 32 bits.
func be32(values ...uint32) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

func ispe(w, h uint32) []byte { return box("ispe", be32(0, w, h)) }

func item(id byte, kind string) []byte {
	return box("infe", []byte{2, 0, 0, 0, 0, id, 0, 0}, []byte(kind), []byte{0})
}

// made is a file whose item 1 is a grid of items 2 and 3, with EXIF data as item
// 4 in the idat box. The given properties are those of the grid.
func made(props ...[]byte) []byte {
	links := []byte{0, 0, 0, 0, 0, 0, 0, 3, 0, 1, byte(len(props))}
	for i := range props {
		links = append(links, byte(i+1)|0x80)
	}
	tile := byte(len(props) + 1)
	links = append(links, 0, 2, 2, tile, tile+1, 0, 3, 1, tile)
	all := append(slices.Clone(props), ispe(64, 48), box("hvcC", make([]byte, 17), []byte{2}))
	return slices.Concat(box("ftyp", []byte("mif1\x00\x00\x00\x00mif1heic")), box("meta", be32(0),
		box("pitm", be32(0), []byte{0, 1}),
		box("iinf", be32(0), []byte{0, 4}, item(1, "grid"), item(2, "hvc1"), item(3, "hvc1"), item(4, "Exif")),
		box("iref", be32(0), box("dimg", []byte{0, 1, 0, 2, 0, 2, 0, 3}), box("cdsc", []byte{0, 4, 0, 1, 0, 1})),
		box("iprp", box("ipco", all...), box("ipma", links)),
		box("idat", []byte("\x00\x00\x00\x06Exif\x00\x00II*\x00")),
		box("iloc", []byte{1, 0, 0, 0, 0x44, 0, 0, 1, 0, 4, 0, 1, 0, 0, 0, 1}, be32(0, 14)),
	))
}

func TestPicture(t *testing.T) {
	data := made(ispe(100, 48), box("irot", []byte{3}), box("pixi", be32(0), []byte{3, 10, 10, 10}),
		box("colr", []byte("prof an ICC profile")), box("colr", []byte("nclx\x00\x0c\x00\x0d\x00\x06\x80")),
		box("clap", be32(90, 1, 40, 1, 5, 1, 0xffffffff, 2)))
	p, err := bmff.ReadPicture(section.Memory(data))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(data[p.Profile.Off:][:p.Profile.Len]); got != " an ICC profile" {
		t.Errorf("profile %q", got)
	}
	if got := string(data[p.EXIF.Off:][:p.EXIF.Len]); got != "II*\x00" {
		t.Errorf("EXIF data %q", got)
	}
	if *p.NCLX != (bmff.NCLX{Primaries: 12, Transfer: 13, Matrix: 6, Full: true}) {
		t.Errorf("%+v", *p.NCLX)
	}
	p.NCLX, p.Profile, p.EXIF = nil, section.Part{}, section.Part{}
	want := bmff.Picture{
		MediaType: "image/heic", Codec: "hvc1", Coded: image.Pt(100, 48), Tile: image.Pt(64, 48), Tiles: 2, Grid: true,
		Bits: 10, Samples: 2, Crop: image.Rect(10, 3, 100, 43), Orientation: 6,
	}
	if p != want || p.Size() != image.Pt(40, 90) {
		t.Errorf("%+v of size %v, want %+v", p, p.Size(), want)
	}
}

// Rotations and mirrors apply in their order, and make every orientation.
func TestOrientation(t *testing.T) {
	rotate := func(quarters byte) []byte { return box("irot", []byte{quarters}) }
	flip, mirror := box("imir", []byte{0}), box("imir", []byte{1})
	for _, c := range []struct {
		props [][]byte
		want  int
	}{
		{nil, 1},
		{[][]byte{mirror}, 2},
		{[][]byte{rotate(2)}, 3},
		{[][]byte{flip}, 4},
		{[][]byte{rotate(1), flip}, 5},
		{[][]byte{rotate(3), mirror}, 5},
		{[][]byte{mirror, rotate(1)}, 5},
		{[][]byte{rotate(3)}, 6},
		{[][]byte{rotate(1), mirror}, 7},
		{[][]byte{rotate(1)}, 8},
		{[][]byte{flip, mirror}, 3},
	} {
		p, err := bmff.ReadPicture(section.Memory(made(append(c.props, ispe(8, 8))...)))
		if err != nil || p.Orientation != c.want {
			t.Errorf("%x: orientation %d, want %d (%v)", c.props, p.Orientation, c.want, err)
		}
	}
}

func TestSniff(t *testing.T) {
	for brands, want := range map[string]string{
		"heic\x00\x00\x00\x00mif1heic": "image/heic",
		"mif1\x00\x00\x00\x00mif1heic": "image/heic",
		"mif1\x00\x00\x00\x00mif1avif": "image/avif",
		"mif1\x00\x00\x00\x00mif1miaf": "image/heic",
		"msf1\x00\x00\x00\x00hevcheic": "image/heic",
		"avis\x00\x00\x00\x00msf1avif": "image/avif",
		"crx \x00\x00\x00\x01crx isom": "image/x-canon-cr3",
		"qt  \x00\x00\x00\x00qt  ":     "video/quicktime",
		"M4A \x00\x00\x00\x00M4A ":     "audio/mp4",
		"3gp5\x00\x00\x00\x00isom":     "video/3gpp",
		"isom\x00\x00\x00\x00avc1":     "video/mp4",
	} {
		if got := bmff.Sniff(box("ftyp", []byte(brands))); got != want {
			t.Errorf("%q: %q, want %q", brands, got, want)
		}
	}
	if got := bmff.Sniff([]byte("\x00\x00\x00\x0cmoovheic")); got != "" {
		t.Errorf("no ftyp box: %q", got)
	}
}

func TestRefused(t *testing.T) {
	ftyp := box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	for name, c := range map[string]struct {
		data []byte
		err  error
	}{
		"a film":           {box("ftyp", []byte("qt  \x00\x00\x00\x00qt  ")), bmff.ErrFormat},
		"no meta box":      {slices.Concat(ftyp, box("mdat", be32(1))), bmff.ErrFormat},
		"no primary":       {slices.Concat(ftyp, box("meta", be32(0), box("pitm", be32(0)))), bmff.ErrPicture},
		"no size":          {made(), bmff.ErrPicture},
		"size 0":           {made(ispe(0, 5)), bmff.ErrPicture},
		"size beyond 2^31": {made(ispe(1<<31, 5)), bmff.ErrPicture},
		"box of 4 bytes":   {slices.Concat(ftyp, be32(4), []byte("meta")), bmff.ErrBox},
		"box of 2^63":      {slices.Concat(ftyp, be32(1), []byte("free"), be32(1<<31, 0)), bmff.ErrBox},
		"child too long":   {slices.Concat(ftyp, box("meta", be32(0), be32(99), []byte("pitm")), ftyp), bmff.ErrBox},
		"too many boxes":   {slices.Concat(ftyp, slices.Repeat(box("free"), 1<<15)), bmff.ErrBox},
		"a table of 1 MB":  {slices.Concat(ftyp, box("meta", be32(0), box("iloc", make([]byte, 1<<20)))), bmff.ErrBox},
	} {
		if p, err := bmff.ReadPicture(section.Memory(c.data)); !errors.Is(err, c.err) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

// A box may say its length in 64 bits, or go on to the end of the file.
func TestLengths(t *testing.T) {
	data := slices.Concat(be32(1), []byte("long"), be32(0, 18), []byte("ab"), be32(0), []byte("last"), []byte("rest"))
	w := &bmff.Walker{File: section.Memory(data)}
	var got []string
	err := w.Each(w.Whole(), func(b bmff.Box) error {
		got = append(got, b.Type+" "+string(data[b.Off:][:b.Len]))
		return nil
	})
	if want := []string{"long ab", "last rest"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

func FuzzPicture(f *testing.F) {
	f.Add(made(ispe(100, 48), box("irot", []byte{3}), box("clap", be32(90, 1, 40, 1, 5, 1, 0xffffffff, 2))))
	f.Add(made(ispe(1, 1), box("pixi", be32(0), []byte{1, 8}), box("colr", []byte("prof ICC"))))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := bmff.ReadPicture(section.Memory(data))
		if err != nil {
			return
		}
		if !p.Crop.In(image.Rectangle{Max: p.Coded}) || p.Crop.Empty() || p.Orientation < 1 || p.Orientation > 8 {
			t.Errorf("%+v", p)
		}
		for _, part := range []section.Part{p.Profile, p.EXIF} {
			if part.Len != 0 && !section.Memory(data).Has(part) {
				t.Errorf("%+v of %d bytes", part, len(data))
			}
		}
	})
}
