package collection

import (
	"bytes"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/label"
)

// SameLabels reports whether the items of c and d, two copies of one collection, have the
// same labels, whoever has said so, and in whatever generation.
func (c Collection) SameLabels(d Collection) bool {
	p, o := c.parts(), d.parts()
	return p.fixed.identity() == o.fixed.identity() &&
		column.Every(*p.state.get(), *o.state.get(), func(x, y uint32) bool { return label.Rank(x).Level() == label.Rank(y).Level() })
}

// SameWords reports whether the editions of c and d say the same to people:
// title, captions and metadata. Digests, previews, media types and hints play no part. It
// takes the time of comparing bytes.
func (c Collection) SameWords(d Collection) bool {
	a, b := c.parts().edition, d.parts().edition
	for _, pair := range [][2][]byte{
		{a.title, b.title}, {a.metadata, b.metadata},
		{a.captions.items, b.captions.items}, {a.captions.ends, b.captions.ends}, {a.captions.text, b.captions.text},
	} {
		if !bytes.Equal(pair[0], pair[1]) {
			return false
		}
	}
	return true
}
