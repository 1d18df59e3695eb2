package gallery

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"image"
	"image/png"
	"slices"
	"sync"

	"go.n16f.net/thumbhash"

	"github.com/glimpse-go/glimpse/collection"
)

// previewSide is how many pixels the longer side of a preview has, which browsers blur: a
// ThumbHash has 7 frequencies at most in each direction.
const previewSide = 16

// preview is an item as a page shows it at once.
type preview struct {
	I             int
	ID            collection.ItemID
	Image         template.URL // a picture of some hundred bytes; empty = the item has none
	Width, Height int          // of which shape it is
	Caption       string
	Withdrawn     bool
}

// previewsOf are those of the first items of a collection.
func previewsOf(words words, c collection.Collection, most int) []preview {
	all := make([]preview, min(most, c.Len()))
	for i := range all {
		item := c.Item(i)
		id, rank := c.At(i)
		p := preview{I: i, ID: id, Caption: item.Caption, Withdrawn: rank.Withdrawn(), Width: 4, Height: 3}
		if p.Caption == "" {
			p.Caption = words.Say("session.item", "n", i+1)
		}
		if m := decode(item.Preview); m != nil {
			p.Image, p.Width, p.Height = dataURL(m), m.Bounds().Dx(), m.Bounds().Dy()
		}
		all[i] = p
	}
	return all
}

// decode decodes a ThumbHash; nil = it is none.
func decode(hash []byte) image.Image {
	if len(hash) < 5 {
		return nil
	}
	whole := append(slices.Clip(hash), make([]byte, maxThumbHash)...) // one that ends early goes on with nothing
	m, err := thumbhash.DecodeImageWithCfg(whole, thumbhash.DecodingCfg{BaseSize: previewSide})
	if err != nil || m.Bounds().Empty() {
		return nil
	}
	return m
}

// maxThumbHash is the greatest length of a ThumbHash, and more, in bytes.
const maxThumbHash = 64

// encoder keeps its buffers: to make them anew for each picture took longer than all else that makes
// a page.
var encoder = png.Encoder{BufferPool: new(buffers)}

// buffers are those of the encoder, for the next picture.
type buffers struct{ sync.Pool }

// Get implements png.EncoderBufferPool.
func (b *buffers) Get() *png.EncoderBuffer {
	one, _ := b.Pool.Get().(*png.EncoderBuffer)
	return one
}

// Put implements png.EncoderBufferPool.
func (b *buffers) Put(one *png.EncoderBuffer) { b.Pool.Put(one) }

func dataURL(m image.Image) template.URL {
	var b bytes.Buffer
	if encoder.Encode(&b, m) != nil {
		return ""
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))
}
