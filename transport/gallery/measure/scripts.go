package main

import (
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// scripts adds up what an album's page loads of scripts until all of it works, what it loads only
// when that is needed, and what each other page loads that the album's has not.
func (s *scene) scripts() measure.Results {
	_, name := s.album(4)
	p := browsertest.New(s.t)
	p.SignIn(s.origin, s.bob)
	p.Do(browsertest.NothingCached())
	first := s.opens(p, s.url(name), "album")
	for _, url := range s.imported(first, anyhow) {
		if nameOf(url) == "album-page" { // it comes once the server's part is on the screen
			first = s.imported(append(first, url), static)
		}
	}
	if len(first) < 2 {
		s.t.Fatal("the page's scripts are not found")
	}
	all := measure.Results{measure.AtMost("scripts that an album's page loads, by gzip, kB", s.kB(first), 60)}
	later := s.imported(first, anyhow)
	for _, url := range without(later, first) {
		if !strings.HasPrefix(path.Base(url), "chunk-") {
			with := s.imported([]string{url}, static)
			all = append(all, measure.Shown("loaded later: "+nameOf(url)+", kB", s.kB(without(with, first)), measure.Lower))
		}
	}
	for _, page := range []string{"", "join", "keys", "new", "settings"} {
		loaded := s.imported(s.opens(p, s.origin+"/"+page, ""), static)
		all = append(all, measure.Shown(fmt.Sprintf("what the page /%s loads besides, kB", page), s.kB(without(loaded, first)), measure.Lower))
	}
	return all
}

// opens opens a page, and returns the scripts that it names: all, or the one of a name.
func (s *scene) opens(p *browsertest.Page, url, only string) []string {
	p.Open(url)
	named := browsertest.Eval[[]string](p, `[...document.querySelectorAll('script[src]')].map((e) => e.src)`)
	return slices.DeleteFunc(named, func(url string) bool { return nameOf(url) != cmp.Or(only, nameOf(url)) })
}

// What scripts that are packed import: at once, or at once and later.
var (
	static = regexp.MustCompile(`(?:from|import)"\./([\w.-]+\.js)"`)
	anyhow = regexp.MustCompile(`(?:from|import|import\()"\./([\w.-]+\.js)"`)
)

// imported is scripts with those that they import, and that these do, and so on.
func (s *scene) imported(urls []string, by *regexp.Regexp) []string {
	all := map[string]bool{}
	for left := urls; len(left) > 0; left = left[1:] {
		if all[left[0]] {
			continue
		}
		all[left[0]] = true
		for _, m := range by.FindAllSubmatch(s.text(left[0]), -1) {
			left = append(left, s.origin+"/assets/"+string(m[1]))
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// nameOf is the name that a script has in its sources.
func nameOf(url string) string {
	name := path.Base(url)
	return name[:max(0, strings.LastIndex(name, "-"))]
}

func without(urls, those []string) []string {
	return slices.DeleteFunc(slices.Clone(urls), func(url string) bool { return slices.Contains(those, url) })
}

// kB is how many thousand bytes scripts have, packed.
func (s *scene) kB(urls []string) float64 {
	var n counter
	for _, url := range urls {
		z, _ := gzip.NewWriterLevel(&n, gzip.BestCompression) // there is this level
		_, err := z.Write(s.text(url))
		labtest.Must(s.t, err)
		labtest.Must(s.t, z.Close())
	}
	return float64(n) / 1000
}

func (s *scene) text(url string) []byte {
	r, err := http.Get(url)
	labtest.Must(s.t, err)
	defer func() { labtest.Must(s.t, r.Body.Close()) }()
	text, err := io.ReadAll(r.Body)
	labtest.Must(s.t, err)
	return text
}

// counter counts what is written.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
