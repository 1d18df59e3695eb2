package main

import (
	"bytes"
	"fmt"
	"math"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// scroll goes down the page for at most 400 frames, and back, a screen in every third frame, and
// returns how many frames there were, how many of them took more than 50 ms, and the most tiles
// that there were at one time.
const scroll = `new Promise((done) => {
	let frames = 0, long = 0, tiles = 0, way = 1, last = performance.now()
	const step = innerHeight / 3
	const next = (now) => {
		frames++
		if (now - last > 50) long++
		last = now
		tiles = Math.max(tiles, document.querySelectorAll('.tile').length)
		if (scrollY + innerHeight >= document.documentElement.scrollHeight - 1 || frames === 400) way = -1
		if (way < 0 && scrollY === 0 || frames > 800) return done([frames, long, tiles])
		scrollBy(0, way * step)
		requestAnimationFrame(next)
	}
	requestAnimationFrame(next)
})`

// scrolling counts long frames of a large album while it is scrolled at full speed, beside those
// of a plain page as high with as many pictures, of which the browser itself loads what is near.
func (s *scene) scrolling(items int) measure.Results {
	cam, name := s.album(items)
	p := browsertest.New(s.t)
	p.SignIn(s.origin, s.bob)
	p.Open(s.url(name))
	p.Until(`document.body.dataset.ready`)
	got := browsertest.Eval[[]float64](p, scroll)
	height := browsertest.Eval[float64](p, `document.documentElement.scrollHeight`)
	for i := range min(items, few) {
		s.photos = append(s.photos, cam.Card[cam.Items[i].ID][0])
	}
	s.static = plainPage(items, height)
	p.Open(s.origin + "/static")
	plain := browsertest.Eval[[]float64](p, scroll)
	return measure.Results{
		measure.Shown(fmt.Sprintf("frames while %d items are scrolled, there and back", items), got[0], measure.Higher),
		measure.AtMost("share of them that took more than 50 ms", got[1]/got[0], 0.05),
		measure.Shown("the same of a plain page as high, of lazy pictures", plain[1]/plain[0], measure.Lower),
		measure.AtMost("tiles that there are at one time", got[2], 200),
	}
}

// inRow is how many pictures a row of the plain page has.
const inRow = 5

// plainPage is a page of nothing but pictures.
func plainPage(items int, height float64) []byte {
	var page bytes.Buffer
	fmt.Fprintf(&page, "<!doctype html><meta charset=utf-8><title>pictures</title><style>img{width:19%%;height:%.2fpx;object-fit:cover}</style>\n", height/math.Ceil(float64(items)/inRow)-5)
	for i := range items {
		fmt.Fprintf(&page, "<img loading=lazy decoding=async alt='' src=/static/%d>", i)
	}
	return page.Bytes()
}
