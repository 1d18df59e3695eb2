package jpeg

import (
	"encoding/binary"
	"image"
	"math"
	"slices"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// made is a JPEG that a test writes, in any way that T.81 allows.
type made struct {
	width, height int
	factors       [][2]int // sampling of each component
	ids           string   // of the components, by default from 1 up
	apps          string   // segments before the frame header
	quality       int      // 100 if 0
	progressive   bool
	separate      bool // a scan for each component
	restart       int  // MCUs
	standard      bool // Huffman tables of annex K, which are left out
	wide          bool // quantisation steps of 16 bits
	noise         func() int
	only          []int // the components that have scans, by default all
}

// jfif is an APP0 segment, adobe what an APP14 segment begins with.
const (
	jfif  = "\xff\xe0\x00\x10JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00"
	adobe = "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
)

// planes returns what is in the picture: waves, that differ by component.
func (m made) planes() (planes []raster.Plane) {
	h := m.header()
	for i, c := range h.Components {
		p := raster.NewPlane(h.Size(c, 1))
		p.Extent = h.extent(c, 1)
		for at := range p.Pix {
			x, y := float64(at%p.Stride)/p.Extent.X, float64(at/p.Stride)/p.Extent.Y
			p.Pix[at] = uint8(128 + 60*math.Sin(7*x+float64(i)) + 50*math.Cos(5*y-3*float64(i)*x))
			if m.noise != nil {
				p.Pix[at] += uint8(m.noise())
			}
		}
		planes = append(planes, p)
	}
	return planes
}

func (m made) header() Header {
	h := Header{Width: m.width, Height: m.height, Progressive: m.progressive}
	for i, f := range m.factors {
		c := Component{ID: uint8(i + 1), H: f[0], V: f[1], quant: uint8(min(i, 1))}
		if m.ids != "" {
			c.ID = m.ids[i]
		}
		h.Components = append(h.Components, c)
	}
	return h
}

// file returns the file.
func (m made) file() []byte {
	e := &encoder{Header: m.header()}
	quality := m.quality
	if quality == 0 {
		quality = 100
	}
	e.quants = []quant{standardQuant[0].scaled(quality), standardQuant[1].scaled(quality)}
	for i, p := range m.planes() {
		e.parts = append(e.parts, source{Component: e.Components[i], Plane: p})
	}
	out := append([]byte{0xff, markerSOI}, m.apps...)
	for i := range e.quants {
		out = segment(out, markerDQT, m.steps(&e.quants[i], i))
	}
	sof := byte(markerSOF1)
	if m.progressive {
		sof = markerSOF2
	}
	out = segment(out, sof, e.frame())
	if m.restart > 0 {
		out = segment(out, markerDRI, binary.BigEndian.AppendUint16(nil, uint16(m.restart)))
	}
	for _, s := range m.script() {
		out = m.scan(out, e, s)
	}
	return append(out, 0xff, markerEOI)
}

func (m made) steps(q *quant, id int) []byte {
	if !m.wide {
		return q.body(id)
	}
	b := []byte{byte(0x10 | id)}
	for _, step := range q {
		b = binary.BigEndian.AppendUint16(b, uint16(step))
	}
	return b
}

// pass is one scan of a script: components, first and last coefficient, bit
// before and bit now.
type pass struct {
	parts                 []int
	start, end, high, low int
}

// script returns the scans that m has.
func (m made) script() (script []pass) {
	var all []int
	for i := range m.factors {
		if m.only == nil || slices.Contains(m.only, i) {
			all = append(all, i)
		}
	}
	switch {
	case m.progressive:
		script = append(script, pass{all, 0, 0, 0, 1})
		for i := range all {
			script = append(script, pass{all[i:][:1], 1, 5, 0, 2}, pass{all[i:][:1], 6, 63, 0, 1}, pass{all[i:][:1], 1, 5, 2, 1})
		}
		script = append(script, pass{all, 0, 0, 1, 0})
		for i := range all {
			script = append(script, pass{all[i:][:1], 1, 63, 1, 0})
		}
	case m.separate:
		for i := range all {
			script = append(script, pass{all[i:][:1], 0, 63, 0, 0})
		}
	default:
		script = append(script, pass{all, 0, 63, 0, 0})
	}
	return script
}

// order calls visit with the blocks of a scan, MCU by MCU (T.81, section A.2).
func (s pass) order(h Header, unit func(), visit func(part, x, y int)) {
	units := h.units()
	if len(s.parts) == 1 {
		size := h.Size(h.Components[s.parts[0]], 8)
		units = image.Pt(size.X, size.Y)
	}
	for i := range units.X * units.Y {
		unit()
		for _, p := range s.parts {
			across, down := h.Components[p].H, h.Components[p].V
			if len(s.parts) == 1 {
				across, down = 1, 1
			}
			for j := range across * down {
				visit(p, i%units.X*across+j%across, i/units.X*down+j/across)
			}
		}
	}
}
