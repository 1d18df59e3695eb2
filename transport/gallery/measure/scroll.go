package main

import (
	"bytes"
	"fmt"
	"math"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// scroll goes down a page as a fast reader does, two screens a second, from its top to its end in
// as many stretches of a second as it is told, with leaps between them if that is not all of it.
// It returns how many frames there were, how many of them took more than 50 ms, and the most
// tiles that there were at one time.
const scroll = `((stretches) => new Promise((done) => {
	const pace = 2 * innerHeight, way = document.documentElement.scrollHeight - innerHeight - pace
	let frames = -1, long = 0, tiles = 0, stretch = 0, from = 0, last = Infinity
	const next = (now) => {
		frames++
		if (now - last > 50) long++
		last = now
		from ||= now
		tiles = Math.max(tiles, document.querySelectorAll('.tile').length)
		if (now - from >= 1000) {
			stretch++
			from = now
		}
		if (stretch === stretches) return done([frames, long, tiles])
		scrollTo(0, way * stretch / Math.max(1, stretches - 1) + pace * (now - from) / 1000)
		requestAnimationFrame(next)
	}
	requestAnimationFrame(next)
}))(%d)`

// turns is how often the album and the plain page are scrolled: once while thumbnails stream in,
// once when the browser has them.
const turns = 2

// spared is by how much the share of long frames may be over that of the plain page, where the
// machine is too busy even for that.
const spared = 0.05

// scrolling counts long frames of a large album while it is scrolled, beside those of a plain page
// as high with as many pictures, of which the browser itself loads what is near.
func (s *scene) scrolling() measure.Results {
	cam, name := s.album(s.items)
	p := browsertest.New(s.t)
	p.SignIn(s.origin, s.bob)
	var ours, plain frames
	for range turns {
		p.Open(s.url(name))
		p.Until(`document.body.dataset.ready`)
		if s.profile {
			printProfile(s.t, p, func() { ours.add(scrolled(p, s.stretches)) })
		} else {
			ours.add(scrolled(p, s.stretches))
		}
		if s.static == nil || s.photos == nil {
			for i := range min(s.items, few) {
				s.photos = append(s.photos, cam.Card[cam.Items[i].ID][0])
			}
			s.static = plainPage(s.items, browsertest.Eval[float64](p, `document.documentElement.scrollHeight`))
		}
		p.Open(s.origin + "/static")
		plain.add(scrolled(p, s.stretches))
	}
	return measure.Results{
		measure.Shown(fmt.Sprintf("frames while %d items are scrolled from top to end", s.items), ours.all, measure.Higher),
		measure.Shown("share of frames over 50 ms in a plain page as high, of lazy pictures", plain.share(), measure.Lower),
		measure.AtMost("the same of the album; at most 5 %, or 5 points more than the plain page", ours.share(), max(0.05, plain.share()+spared)),
		measure.AtMost("tiles that there are at one time", ours.tiles, 200),
	}
}

// frames is what comes of scrolling.
type frames struct{ all, long, tiles float64 }

func (f *frames) add(got []float64) {
	f.all += got[0]
	f.long += got[1]
	f.tiles = max(f.tiles, got[2])
}

func (f *frames) share() float64 { return f.long / f.all }

func scrolled(p *browsertest.Page, stretches int) []float64 {
	return browsertest.Eval[[]float64](p, fmt.Sprintf(scroll, stretches))
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
