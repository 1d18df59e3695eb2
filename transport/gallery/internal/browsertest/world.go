package browsertest

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.n16f.net/thumbhash"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// World is a hub that listens, at the time that it is, for browsers have no other one.
func World(t *testing.T, cfg hub.Config) *labtest.World {
	if cfg.Wait == 0 {
		cfg.Wait = 20 * time.Second
	}
	w := labtest.Listening(t, cfg)
	w.Pass(time.Since(w.Now()))
	return w
}

// Pages is a gallery as tests serve it.
type Pages interface {
	http.Handler
	SignIn(http.ResponseWriter, *http.Request, collection.UserID) error
}

// Serve serves pages at an origin with a name, as browsers want it for keys.
func Serve(t *testing.T, of Pages) (origin string) {
	mux := http.NewServeMux()
	mux.Handle("/", of)
	mux.HandleFunc("GET /as/{user}", func(w http.ResponseWriter, r *http.Request) {
		var user collection.UserID
		if err := errors.Join(user.UnmarshalText([]byte(r.PathValue("user"))), of.SignIn(w, r, user)); err != nil {
			t.Error(err)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
}

// SignIn signs in at an origin, as its server does it that knows a user in another way.
func (p *Page) SignIn(origin string, user collection.UserID) {
	p.t.Helper()
	p.Open(origin + "/as/" + user.String())
}

// Photos adds photos to a camera that are real ones: of shapes, colours and sizes of their own.
func Photos(t *testing.T, c *labtest.Camera, n int) {
	t.Helper()
	for range n {
		i := len(c.Items)
		versions, _ := Photo(i)
		add(t, c, fmt.Sprintf("photo %d", i), versions)
	}
}

// add adds a photo to a camera.
func add(t *testing.T, c *labtest.Camera, caption string, versions lab.Photo) {
	t.Helper()
	id, err := c.NewItemID()
	labtest.Must(t, err)
	c.Card[id] = versions
	c.Items = append(c.Items, collection.Item{ID: id, Caption: caption, MediaType: "image/jpeg", Preview: previewOf(versions)})
}

// shapes are those that photos have.
var shapes = [][2]int{{4, 3}, {3, 4}, {16, 9}, {1, 1}, {3, 2}}

// Photo is the i-th photo: thumbnail, screen version and original, and its preview.
func Photo(i int) (versions lab.Photo, preview []byte) {
	shape := shapes[i%len(shapes)]
	for v, width := range []int{160, 640, 1600} {
		versions[v] = picture(i, width, width*shape[1]/shape[0])
	}
	return versions, previewOf(versions)
}

func previewOf(versions lab.Photo) []byte {
	small, _ := jpeg.Decode(bytes.NewReader(versions[0])) // was just encoded
	return thumbhash.EncodeImage(shrink(small))
}

// picture is a JPEG with a pattern by which people and tests tell one from another.
func picture(i, width, height int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	hue := color.RGBA{uint8(i * 83), uint8(i*47 + 90), uint8(i*29 + 180), 255}
	for y := range height {
		for x := range width {
			c := hue
			if (x*8/width+y*8/height+i)%3 == 0 {
				c = color.RGBA{255 - hue.R, uint8(255 * y / height), uint8(255 * x / width), 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return encode(m)
}

// encode is a picture as a JPEG.
func encode(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}); err != nil {
		panic(err) // it is an image
	}
	return b.Bytes()
}

// shrink is a picture of at most 100 by 100, which is what a ThumbHash takes.
func shrink(m image.Image) image.Image {
	b := m.Bounds()
	f := float64(max(b.Dx(), b.Dy())) / 100
	s := image.NewRGBA(image.Rect(0, 0, int(float64(b.Dx())/f), int(float64(b.Dy())/f)))
	for y := range s.Rect.Dy() {
		for x := range s.Rect.Dx() {
			s.Set(x, y, m.At(int(float64(x)*f), int(float64(y)*f)))
		}
	}
	return s
}
