package gallery_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
)

// TestAssets: what pages load is packed for who takes that, is the same for who does not, stays
// with browsers for good, and is not sent again.
func TestAssets(t *testing.T) {
	s := serve(t, gallery.Config{})
	b := s.browser(t)
	b.Transport.(*http.Transport).DisableCompression = true
	_, _, page := s.asks(t, b, "GET", "/", nil, nil)
	loads := regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(loads) < 2 {
		t.Fatal(page)
	}
	for _, found := range append(loads, []string{"", "/sw.js"}, []string{"", "/icon.svg"}) {
		path := found[1]
		status, h, plain := s.asks(t, b, "GET", path, nil, nil)
		if status != http.StatusOK || h.Get("Content-Encoding") != "" || h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", path, status, h)
		}
		if immutable := strings.Contains(h.Get("Cache-Control"), "immutable"); immutable != strings.HasPrefix(path, "/assets/") {
			t.Errorf("%s: %v", path, h)
		}
		takes := map[string]string{"Accept-Encoding": "br, gzip;q=0.5"}
		_, h, packed := s.asks(t, b, "GET", path, takes, nil)
		if got := unpacked(t, packed); h.Get("Content-Encoding") != "gzip" || got != plain || len(packed) >= len(plain) {
			t.Errorf("%s: %d bytes packed of %d, %v", path, len(packed), len(plain), h)
		}
		takes["If-None-Match"] = h.Get("ETag")
		if status, _, again := s.asks(t, b, "GET", path, takes, nil); status != http.StatusNotModified || again != "" {
			t.Errorf("%s once more: %d", path, status)
		}
		if _, h, _ := s.asks(t, b, "GET", path, map[string]string{"Accept-Encoding": "gzip;q=0"}, nil); h.Get("Content-Encoding") != "" {
			t.Errorf("%s is packed for who does not take it", path)
		}
	}
	_, h, packed := s.asks(t, b, "GET", "/", map[string]string{"Accept-Encoding": "gzip"}, nil)
	if h.Get("Content-Encoding") != "gzip" || unpacked(t, packed) != page || h.Get("Cache-Control") != "no-store" {
		t.Error("the page:", h)
	}
	if status, h, _ := s.asks(t, b, "GET", "/assets/album-OLD.js", nil, nil); status != http.StatusNotFound || h.Get("Cache-Control") != "no-store" {
		t.Error("what is not there:", status, h)
	}
	_, worker, text := s.asks(t, b, "GET", "/sw.js", nil, nil)
	if regexp.MustCompile(`\bimport\b`).MatchString(text) || worker.Get("Cache-Control") != "no-cache" {
		t.Error("the worker is not one file, or stays:", worker)
	}
}

func unpacked(t *testing.T, data string) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader([]byte(data)))
	labtest.Must(t, err)
	all, err := io.ReadAll(r)
	labtest.Must(t, err)
	return string(all)
}

// TestManifest: browsers can have the gallery on their home screen, in its user's language.
func TestManifest(t *testing.T) {
	s := serve(t, gallery.Config{})
	_, h, text := s.asks(t, s.browser(t), "GET", "/manifest.webmanifest", map[string]string{"Accept-Language": "de"}, nil)
	var m struct {
		Name, Lang, Display string
		Icons               []struct{ Src string }
	}
	labtest.Must(t, json.Unmarshal([]byte(text), &m))
	if h.Get("Content-Type") != "application/manifest+json" || m.Name == "" || m.Lang != "de" || m.Display != "standalone" || len(m.Icons) == 0 {
		t.Errorf("%s", text)
	}
	if status, icon, _ := s.asks(t, s.browser(t), "GET", m.Icons[0].Src, nil, nil); status != http.StatusOK || icon.Get("Content-Type") != "image/svg+xml" {
		t.Error("the icon is answered with", status, icon)
	}
}
