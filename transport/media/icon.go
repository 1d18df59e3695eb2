package media

import (
	"hash/fnv"
	"image"
	"image/color"
	"strings"

	"golang.org/x/image/draw"
)

// Sides of an icon in pixels. It is drawn four times larger and then averaged.
const (
	leastIcon   = 16
	mostIcon    = 512
	usualIcon   = 160
	finer       = 4
	mostLetters = 4
)

var (
	iconBack = color.RGBA{0xf3, 0xf4, 0xf6, 0xff}
	iconLine = color.RGBA{0x9c, 0xa3, 0xaf, 0xff}
	iconPage = color.RGBA{0xff, 0xff, 0xff, 0xff}
	iconFold = color.RGBA{0xd1, 0xd5, 0xdb, 0xff}
	iconInks = []color.RGBA{
		{0xb9, 0x1c, 0x1c, 0xff}, {0xc2, 0x41, 0x0c, 0xff}, {0x15, 0x80, 0x3d, 0xff}, {0x0f, 0x76, 0x6e, 0xff},
		{0x1d, 0x4e, 0xd8, 0xff}, {0x6d, 0x28, 0xd9, 0xff}, {0xbe, 0x18, 0x5d, 0xff}, {0x37, 0x41, 0x51, 0xff},
	}
)

// Icon draws a page with a folded corner and the short name of a type, for
// documents that cannot be shown. Of the name, such as "PDF" or ".pdf", the
// first four ASCII letters and digits are written, in capitals. The icon is as
// large as the box (each side 16 to 512 pixels, 160 where the box sets none),
// and the same arguments give the same pixels everywhere.
func (m *Maker) Icon(name string, box Box) Picture {
	size := image.Pt(iconSide(box.W), iconSide(box.H))
	fine := image.NewRGBA(image.Rectangle{Max: size.Mul(finer)})
	fill(fine, fine.Rect, iconBack)
	drawPage(fine, fine.Rect, shortName(name))
	return m.drawn(averaged(fine))
}

// drawn encodes a picture that was drawn here.
func (m *Maker) drawn(picture *image.RGBA) Picture {
	size := picture.Rect.Size()
	job := m.job(&source{}, &header{Info: Info{Width: size.X, Height: size.Y, Orientation: 1}}, []Box{{}})
	made, err := FromImage(job, picture)
	if err != nil {
		panic(err) // no size or quality makes it fail here
	}
	return made[0]
}

func iconSide(n int) int {
	if n <= 0 {
		n = usualIcon
	}
	return min(max(n, leastIcon), mostIcon)
}

func shortName(name string) string {
	keep := func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}
	name = strings.Map(keep, strings.ToUpper(name))
	return name[:min(len(name), mostLetters)]
}

func fill(m *image.RGBA, r image.Rectangle, c color.RGBA) {
	draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// drawPage draws the page in the middle of r, three wide by four high.
func drawPage(m *image.RGBA, r image.Rectangle, name string) {
	unit := min(r.Dx()/4, r.Dy()/5)
	page := image.Rectangle{Max: image.Pt(3*unit, 4*unit)}
	page = page.Add(r.Min).Add(r.Size().Sub(page.Max).Div(2))
	line := max(unit/16, 2)
	fill(m, page, iconLine)
	fill(m, page.Inset(line), iconPage)
	drawFold(m, page, unit, line)
	drawBand(m, name, image.Rect(page.Min.X-unit/4, page.Min.Y+2*unit, page.Max.X+unit/4, page.Min.Y+2*unit+unit*5/4))
}

// drawBand writes a name on a band of its own colour.
func drawBand(m *image.RGBA, name string, band image.Rectangle) {
	if name == "" {
		return
	}
	hash := fnv.New32a()
	hash.Write([]byte(name))
	fill(m, band, iconInks[hash.Sum32()%uint32(len(iconInks))])
	drawText(m, band, name)
}

// drawFold cuts the upper right corner off and lays it on the page.
func drawFold(m *image.RGBA, page image.Rectangle, unit, line int) {
	corner := image.Rect(page.Max.X-unit, page.Min.Y, page.Max.X, page.Min.Y+unit)
	for y := corner.Min.Y; y < corner.Max.Y; y++ {
		for x := corner.Min.X; x < corner.Max.X; x++ {
			switch d := (x - corner.Min.X) - (y - corner.Min.Y); {
			case d > 0:
				m.SetRGBA(x, y, iconBack)
			case d > -2*line || x < corner.Min.X+line || y >= corner.Max.Y-line:
				m.SetRGBA(x, y, iconLine)
			default:
				m.SetRGBA(x, y, iconFold)
			}
		}
	}
}

// averaged makes one pixel of finer by finer ones, in whole numbers, so that
// every processor draws the same.
func averaged(m *image.RGBA) *image.RGBA {
	dst := image.NewRGBA(image.Rectangle{Max: m.Rect.Size().Div(finer)})
	for i := range dst.Pix {
		x, y, c := i/4%dst.Rect.Dx(), i/dst.Stride, i%4
		sum := 0
		for k := range finer * finer {
			sum += int(m.Pix[m.PixOffset(finer*x+k%finer, finer*y+k/finer)+c])
		}
		dst.Pix[i] = uint8(sum / (finer * finer))
	}
	return dst
}
