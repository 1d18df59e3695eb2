package media

import (
	"image"
	"image/color"
	"path"
	"strings"
)

// Names of media types whose subtype is not what people call them.
var shortNames = map[string]string{
	"image/jpeg":       "JPEG",
	"image/svg+xml":    "SVG",
	"video/quicktime":  "MOV",
	"video/x-msvideo":  "AVI",
	"video/matroska":   "MKV",
	"video/x-matroska": "MKV",
	"video/mp2t":       "MTS",
	"application/mp2t": "MTS",
}

var (
	genericSky   = color.RGBA{0xdb, 0xe4, 0xee, 0xff}
	genericHills = color.RGBA{0x9f, 0xb2, 0xc6, 0xff}
	genericSun   = color.RGBA{0xfb, 0xe3, 0xa3, 0xff}
	genericFilm  = color.RGBA{0x4b, 0x55, 0x63, 0xff}
	genericInk   = color.RGBA{0x6b, 0x72, 0x80, 0xff}
)

// Generic draws what stands for a picture or film as long as there is no real
// thumbnail of it: a landscape in a frame, or a piece of film, with the short
// name of the media type, such as "HEIC", and a note below, such as "no preview
// yet", where the box is at least 48 pixels high. For all other types it draws the page of [Maker.Icon]. Of the note, as
// many printable ASCII letters are written as there is room for. The size is as
// for Icon, and the same arguments give the same pixels everywhere.
func (m *Maker) Generic(mediaType, note string, box Box) Picture {
	size := image.Pt(iconSide(box.W), iconSide(box.H))
	fine := image.NewRGBA(image.Rectangle{Max: size.Mul(finer)})
	fill(fine, fine.Rect, iconBack)
	frame, below := fine.Rect, fine.Rect
	if note != "" && size.Y >= 3*noteHeight {
		frame.Max.Y -= noteHeight * finer
		below.Min.Y = frame.Max.Y
		drawNote(fine, below, note)
	}
	switch name := shortName(typeName(mediaType)); {
	case strings.HasPrefix(mediaType, "image/"):
		drawLandscape(fine, name, frame)
	case strings.HasPrefix(mediaType, "video/"), mediaType == "application/mp2t":
		drawFilm(fine, name, frame)
	default:
		drawPage(fine, frame, name)
	}
	return m.drawn(averaged(fine))
}

// typeName returns what people call a media type: the last part of its name.
func typeName(mediaType string) string {
	if name := shortNames[mediaType]; name != "" {
		return name
	}
	name, _, _ := strings.Cut(path.Base(mediaType), ";")
	return name[strings.LastIndexAny(name, "-.")+1:]
}

// wide returns a frame of three by two in the middle of r, and its unit.
func wide(r image.Rectangle) (frame image.Rectangle, unit int) {
	unit = min(r.Dx()/4, r.Dy()/3)
	frame = image.Rectangle{Max: image.Pt(3*unit, 2*unit)}
	return frame.Add(r.Min).Add(r.Size().Sub(frame.Max).Div(2)), unit
}

// drawLandscape draws hills and a sun in a frame, with the name on a band.
func drawLandscape(m *image.RGBA, name string, r image.Rectangle) {
	frame, unit := wide(r)
	line := max(unit/16, 2)
	fill(m, frame, iconLine)
	inside := frame.Inset(line)
	fill(m, inside, genericSky)
	sun, radius := frame.Min.Add(image.Pt(unit*3/4, unit*5/8)), unit/4
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		for x := inside.Min.X; x < inside.Max.X; x++ {
			dx, dy := x-sun.X, y-sun.Y
			left, right := abs(x-frame.Min.X-unit), abs(x-frame.Min.X-2*unit)
			switch down := y - frame.Min.Y; {
			case down > unit+left*2/3, down > unit/2+right*3/4:
				m.SetRGBA(x, y, genericHills)
			case dx*dx+dy*dy < radius*radius:
				m.SetRGBA(x, y, genericSun)
			}
		}
	}
	drawBand(m, name, image.Rect(frame.Min.X-unit/4, frame.Max.Y-unit*7/8, frame.Min.X+unit*7/4, frame.Max.Y-unit/8))
}

// drawFilm draws a frame of film with its perforation and the sign for playing.
func drawFilm(m *image.RGBA, name string, r image.Rectangle) {
	frame, unit := wide(r)
	fill(m, frame, genericFilm)
	hole := max(unit/8, 1)
	for x := frame.Min.X + hole; x+hole <= frame.Max.X; x += 2 * hole {
		fill(m, image.Rect(x, frame.Min.Y+hole/2, x+hole, frame.Min.Y+hole*3/2), iconBack)
		fill(m, image.Rect(x, frame.Max.Y-hole*3/2, x+hole, frame.Max.Y-hole/2), iconBack)
	}
	centre := frame.Min.Add(image.Pt(unit*3/2, unit*3/4))
	for y := -unit / 3; y <= unit/3; y++ {
		fill(m, image.Rect(centre.X-unit/4, centre.Y+y, centre.X-unit/4+2*(unit/3-abs(y)), centre.Y+y+1), iconPage)
	}
	drawBand(m, name, image.Rect(frame.Min.X-unit/4, frame.Max.Y-unit*7/8, frame.Min.X+unit*7/4, frame.Max.Y-unit/8))
}

func abs(n int) int { return max(n, -n) }
