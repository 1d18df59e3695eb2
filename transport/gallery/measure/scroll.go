package main

import (
	"fmt"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// scroll goes from the top of the page to its end, and back, a screen in every third frame, and
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
		if (scrollY + innerHeight >= document.documentElement.scrollHeight - 1) way = -1
		if (way < 0 && scrollY === 0 || frames > 3000) return done([frames, long, tiles])
		scrollBy(0, way * step)
		requestAnimationFrame(next)
	}
	requestAnimationFrame(next)
})`

// scrolling counts long frames of a large album while it is scrolled at full speed.
func (s *scene) scrolling(items int) measure.Results {
	_, name := s.album(items)
	p := browsertest.New(s.t)
	p.SignIn(s.origin, s.bob)
	p.Open(s.url(name))
	p.Until(`document.body.dataset.ready`)
	got := browsertest.Eval[[]float64](p, scroll)
	return measure.Results{
		measure.Shown(fmt.Sprintf("frames while %d items are scrolled, there and back", items), got[0], measure.Higher),
		measure.AtMost("share of them that took more than 50 ms", got[1]/got[0], 0.05),
		measure.AtMost("tiles that there are at one time", got[2], 200),
	}
}
