package bmff

import (
	"fmt"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

const (
	maxItems = 1 << 12 // items of a file
	maxTable = 1 << 18 // bytes of all tables in the "meta" box that are held in memory
)

// meta is the contents of a file's "meta" box (ISO/IEC 14496-12, section 8.11)
// as far as they matter.
type meta struct {
	*Walker
	primary uint32
	kinds   map[uint32]string       // type of each item
	places  map[uint32]section.Part // of items that are in one piece
	tiles   map[uint32][]uint32     // items that a derived item is made from
	about   map[uint32]uint32       // item that an item describes
	props   []Box
	links   map[uint32][]int // indices in props of an item's properties
	idat    section.Part
	iloc    []byte
	held    int64 // bytes of tables read
}

func readMeta(w *Walker) (*meta, error) {
	m := &meta{
		Walker: w, kinds: map[uint32]string{}, places: map[uint32]section.Part{},
		tiles: map[uint32][]uint32{}, about: map[uint32]uint32{}, links: map[uint32][]int{},
	}
	body, err := w.Find(w.Whole(), "meta")
	if err != nil {
		return nil, err
	}
	if body.Len < 4 {
		return nil, fmt.Errorf("%w: no meta box", ErrFormat)
	}
	if err := w.Each(skip(body, 4), m.box); err != nil {
		return nil, err
	}
	if m.kinds[m.primary] == "" {
		return nil, fmt.Errorf("%w: no primary item", ErrPicture)
	}
	m.locate()
	return m, nil
}

func skip(p section.Part, n int64) section.Part {
	return section.Part{Off: p.Off + n, Len: p.Len - n}
}

func (m *meta) box(b Box) error {
	switch b.Type {
	case "iprp":
		return m.Each(b.Part, m.box)
	case "ipco":
		return m.Each(b.Part, func(b Box) error {
			m.props = append(m.props, b)
			return nil
		})
	case "idat":
		m.idat = b.Part
	case "iinf":
		return m.itemInfos(b)
	case "pitm", "iloc", "iref", "ipma":
		return m.table(b)
	}
	return nil
}

// table reads the boxes that are held in memory.
func (m *meta) table(b Box) error {
	if m.held += b.Len; m.held > maxTable {
		return fmt.Errorf("%w %q at %d: of %d bytes", ErrBox, b.Type, b.Off, b.Len)
	}
	body, err := m.Bytes(b.Part)
	if err != nil {
		return err
	}
	f := &fields{b: body}
	version := f.fullBox()
	switch b.Type {
	case "pitm":
		m.primary = f.id(version >= 1)
	case "iloc":
		m.iloc = body
	case "iref":
		return m.references(b, version >= 1)
	case "ipma":
		m.associations(f, version >= 1)
	}
	return nil
}

// itemInfos reads the types of the items ("iinf", section 8.11.6).
func (m *meta) itemInfos(b Box) error {
	head, err := m.Upto(section.Part{Off: b.Off, Len: min(1, b.Len)})
	if err != nil || len(head) == 0 {
		return err
	}
	n := int64(6) // version, flags and a 16-bit count
	if head[0] != 0 {
		n = 8
	}
	return m.Each(skip(b.Part, n), m.itemInfo)
}

// itemInfo reads an "infe" box. Those before version 2 have no type.
func (m *meta) itemInfo(b Box) error {
	body, err := m.Upto(section.Part{Off: b.Off, Len: min(b.Len, 14)})
	f := &fields{b: body}
	version := f.fullBox()
	if err != nil || b.Type != "infe" || version < 2 {
		return err
	}
	id := f.id(version >= 3)
	f.number(2) // protection
	if kind := f.take(4); kind != nil && len(m.kinds) < maxItems {
		m.kinds[id] = string(kind)
	}
	return nil
}

// references reads which items are made from or describe others ("iref",
// section 8.11.12).
func (m *meta) references(b Box, long bool) error {
	return m.Each(skip(b.Part, 4), func(b Box) error {
		body, err := m.Upto(section.Part{Off: b.Off, Len: min(b.Len, maxTable)})
		f := &fields{b: body}
		from, n := f.id(long), f.number(2)
		for ; n > 0 && len(f.b) > 0; n-- {
			switch to := f.id(long); b.Type {
			case "dimg":
				m.tiles[from] = append(m.tiles[from], to)
			case "cdsc":
				m.about[from] = to
			}
		}
		return err
	})
}

// associations reads which properties an item has ("ipma", section 8.11.14).
func (m *meta) associations(f *fields, long bool) {
	wide := f.flags&1 != 0
	for n := f.number(4); n > 0 && len(f.b) > 0; n-- {
		item := f.id(long)
		for k := f.number(1); k > 0 && len(f.b) > 0; k-- {
			index := int(f.number(1)) & 0x7f
			if wide {
				index = index<<8 | int(f.number(1))
			}
			if index > 0 {
				m.links[item] = append(m.links[item], index-1)
			}
		}
	}
}
