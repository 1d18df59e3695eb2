package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"

	"go.n16f.net/thumbhash"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// How many items the page has, and how much slower its processor is.
const (
	previews  = 200
	throttled = 4
)

// watch takes note of when a picture in a list is first on the screen: in the frame after the one
// that finds it decoded.
const watch = `(() => {
	const look = () => {
		const seen = [...document.querySelectorAll('ul img, ul canvas')].some((e) =>
			(e.naturalWidth ?? e.width) > 1 && e.getBoundingClientRect().top < innerHeight)
		if (!seen) return requestAnimationFrame(look)
		requestAnimationFrame(() => { globalThis.firstPicture ??= performance.now() })
	}
	look()
})()`

// firstPreview compares an album's page with a static one that has the same previews in itself,
// in turns, with empty caches.
func (s *scene) firstPreview() measure.Results {
	cam, name := s.album(previews)
	s.static = staticPage(s, cam.Items)
	p := browsertest.New(s.t)
	p.SignIn(s.origin, s.bob)
	p.Do(browsertest.NothingCached())
	p.Do(browsertest.AtStart(watch))
	p.Do(browsertest.Throttle(throttled))
	var pages, static []float64
	for range s.rounds {
		static = append(static, opened(p, s.origin+"/static"))
		pages = append(pages, opened(p, s.url(name)))
	}
	page, plain := median(pages), median(static)
	return measure.Results{
		measure.Shown(fmt.Sprintf("first preview of %d on screen, %d times slower processor, ms", previews, throttled), page, measure.Lower),
		measure.Shown("the same in a static page, ms", plain, measure.Lower),
		measure.AtMost("first preview beside the static page", page/plain, 1.5),
	}
}

// opened opens a page, and returns the milliseconds until its first picture.
func opened(p *browsertest.Page, url string) float64 {
	p.Open(url)
	p.Until(`globalThis.firstPicture`)
	return browsertest.Eval[float64](p, `globalThis.firstPicture`)
}

// staticPage is a page of nothing but previews.
func staticPage(s *scene, items []collection.Item) []byte {
	var page bytes.Buffer
	page.WriteString("<!doctype html><meta charset=utf-8><title>previews</title><ul>\n")
	for _, item := range items {
		m, err := thumbhash.DecodeImageWithCfg(item.Preview, thumbhash.DecodingCfg{BaseSize: 16})
		labtest.Must(s.t, err)
		var b bytes.Buffer
		labtest.Must(s.t, png.Encode(&b, m))
		fmt.Fprintf(&page, "<li><img width=160 height=120 alt='' src='data:image/png;base64,%s'>\n", base64.StdEncoding.EncodeToString(b.Bytes()))
	}
	page.WriteString("</ul>")
	return page.Bytes()
}

// ServeHTTP serves the gallery, and the static page with its pictures.
func (s *scene) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/static" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(s.static)
		return
	}
	var i int
	if _, err := fmt.Sscanf(r.URL.Path, "/static/%d", &i); err == nil && len(s.photos) > 0 {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(s.photos[i%len(s.photos)])
		return
	}
	s.pages.ServeHTTP(w, r)
}

// SignIn signs in at the gallery.
func (s *scene) SignIn(w http.ResponseWriter, r *http.Request, user collection.UserID) error {
	return s.pages.SignIn(w, r, user)
}
