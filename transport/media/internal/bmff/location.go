package bmff

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// fields reads numbers one after the other. At the end all are zero.
type fields struct {
	b     []byte
	flags uint32
}

func (f *fields) take(n int) []byte {
	if n > len(f.b) {
		f.b = nil
		return nil
	}
	b := f.b[:n]
	f.b = f.b[n:]
	return b
}

// number reads a big-endian number of n bytes.
func (f *fields) number(n int) (v uint64) {
	for _, b := range f.take(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

// fullBox reads the version and the flags (ISO/IEC 14496-12, section 4.2).
func (f *fields) fullBox() byte {
	v := uint32(f.number(4))
	f.flags = v & 0xffffff
	return byte(v >> 24)
}

// id reads the number of an item.
func (f *fields) id(long bool) uint32 {
	if long {
		return uint32(f.number(4))
	}
	return uint32(f.number(2))
}

// locate reads where the items are ("iloc", ISO/IEC 14496-12, section 8.11.3).
// Items in several pieces, or in other files, are left out.
func (m *meta) locate() {
	f := &fields{b: m.iloc}
	version := f.fullBox()
	sizes := f.number(2)
	offset, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		index = 0
	}
	count := f.id(version >= 2)
	for ; count > 0 && len(f.b) > 0; count-- {
		id := f.id(version >= 2)
		method := uint64(0)
		if version > 0 {
			method = f.number(2) & 15
		}
		elsewhere := f.number(2) != 0
		start := f.number(base)
		extents := f.number(2)
		for k := extents; k > 0 && len(f.b) > 0; k-- {
			f.number(index)
			at, n := start+f.number(offset), f.number(length)
			if extents == 1 && !elsewhere {
				m.place(id, method, at, n)
			}
		}
	}
}

// place keeps where an item is: in the file, or in the "idat" box.
func (m *meta) place(id uint32, method, at, n uint64) {
	p := section.Part{Off: int64(at), Len: int64(n)}
	switch {
	case len(m.places) >= maxItems || p.Off < 0 || p.Len < 0 || method > 1:
		return
	case method == 1 && (p.Off > m.idat.Len || p.Len > m.idat.Len-p.Off):
		return
	case method == 1:
		p.Off += m.idat.Off
	}
	m.places[id] = p
}

// exif returns where the EXIF data of the primary picture is (ISO/IEC 23008-12,
// annex A.2.1): behind a number that says how far.
func (m *meta) exif() section.Part {
	for _, id := range slices.Sorted(maps.Keys(m.about)) {
		if m.kinds[id] != "Exif" || m.about[id] != m.primary {
			continue
		}
		p := m.places[id]
		head, err := m.Bytes(section.Part{Off: p.Off, Len: 4})
		if err != nil {
			continue
		}
		data := skip(p, 4+int64(binary.BigEndian.Uint32(head)))
		if m.Has(data) {
			return data
		}
	}
	return section.Part{}
}
