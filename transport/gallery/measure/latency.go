package main

import (
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// unlabelled takes note of the frame in which the last icon has gone.
const unlabelled = `new MutationObserver(() => {
	if (!document.querySelector('.mark')) requestAnimationFrame(() => { globalThis.unlabelled ??= Date.now() })
}).observe(document.querySelector('.grid'), { childList: true, subtree: true })`

// trip is how long a request takes that asks for nothing.
const trip = `(async () => {
	const from = performance.now()
	await (await fetch('/sw.js', { method: 'HEAD' })).text()
	return performance.now() - from
})()`

// latency is the time from the moment that a label is gone at the hub, which is when its own
// process hears of it from the feed, until the page shows no icon.
func (s *scene) latency() measure.Results {
	p := browsertest.New(s.t)
	p.SignIn(s.origin, s.bob)
	p.Open(s.origin + "/")
	var late, trips []float64
	for range s.albums {
		trips = append(trips, browsertest.Eval[float64](p, trip))
		late = append(late, s.late(p))
	}
	between := median(trips)
	return measure.Results{
		measure.Shown("a round trip from the page to the hub, ms", between, measure.Lower),
		measure.AtMost("label gone at the hub to picture without icon, ms", median(late), between+200),
	}
}

// late has an album lose its labels, and returns by how many milliseconds the page is later than
// the hub.
func (s *scene) late(p *browsertest.Page) float64 {
	cam, name := s.album(12)
	p.Open(s.url(name))
	p.Until(`document.querySelectorAll('.mark').length === 12`)
	browsertest.Eval[any](p, unlabelled+`, null`)
	cam.Syncs(s.home, name)
	gone := s.whenGone(name)
	s.home.Publishes(name)
	p.Until(`globalThis.unlabelled`)
	at := time.UnixMilli(browsertest.Eval[int64](p, `globalThis.unlabelled`))
	return max(0, at.Sub(<-gone).Seconds()*1000)
}

// whenGone is the time at which the hub's feed says that an album has no labels.
func (s *scene) whenGone(name collection.Name) <-chan time.Time {
	gone := make(chan time.Time, 1)
	feed := s.w.Hub.Hub.As(s.bob)
	go func() {
		var after transport.Cursor
		for {
			news, err := feed.Changes(s.t.Context(), transport.ChangesRequest{After: after})
			if err != nil {
				s.t.Error(err)
				close(gone)
				return
			}
			for _, e := range news.Entries {
				if n := e.Notification; n.Collection == name.ID && n.Author == name.Author && n.Labelled == 0 {
					gone <- time.Now()
					return
				}
			}
			after = news.Next
		}
	}()
	return gone
}
