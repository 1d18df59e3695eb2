package main

import (
	"compress/gzip"
	"io"
	"net/http"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// scripts adds up what an album's page loads of scripts until all of it works, and what the viewer
// loads later.
func (s *scene) scripts() measure.Results {
	_, name := s.album(4)
	p := browsertest.New(s.t)
	p.SignIn(s.origin, s.bob)
	p.NothingCached()
	p.Open(s.url(name))
	p.Until(`document.body.dataset.ready`)
	first := s.sizeOf(loaded(p))
	p.Click(`.tile[data-i="1"] a`)
	p.Until(`document.querySelector('.viewer[open]')`)
	return measure.Results{
		measure.AtMost("scripts that an album's page loads, by gzip, kB", first/1000, 60),
		measure.Shown("scripts that the viewer adds when it is opened, by gzip, kB", (s.sizeOf(loaded(p))-first)/1000, measure.Lower),
	}
}

func loaded(p *browsertest.Page) []string {
	return browsertest.Eval[[]string](p, `performance.getEntriesByType('resource').map((e) => e.name).filter((n) => n.endsWith('.js'))`)
}

// sizeOf is how many bytes scripts have, packed.
func (s *scene) sizeOf(urls []string) float64 {
	var n counter
	for _, url := range urls {
		r, err := http.Get(url)
		labtest.Must(s.t, err)
		z, _ := gzip.NewWriterLevel(&n, gzip.BestCompression) // there is this level
		_, err = io.Copy(z, r.Body)
		labtest.Must(s.t, err)
		labtest.Must(s.t, z.Close())
		labtest.Must(s.t, r.Body.Close())
	}
	return float64(n)
}

// counter counts what is written.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
