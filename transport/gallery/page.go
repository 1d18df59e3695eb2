package gallery

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strings"
	"unicode"
)

//go:embed pages
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// page is what all pages are told.
type page struct {
	words
	Title         string
	Style, Script string // URLs
	User          string // in hexadecimal; empty = nobody is signed in
	Key           string // the station's, in hexadecimal
	Root          string // the hub's root key as a COSE_Key, in hexadecimal
	Originals     bool   // the station serves them
	Author, ID    string // of an album
	Path          string // and query, of the page itself
	Data          any    // of one kind of page
	Status        int    // 0 = 200
}

// show shows a page.
func (g *Gallery) show(w http.ResponseWriter, r *http.Request, name string, p page) {
	p.words, p.Style, p.Path, p.Key = g.wordsFor(r), g.assets.URL("style.css"), r.URL.RequestURI(), g.Key.String()
	p.Root, p.Originals = hex.EncodeToString(g.Root), g.Originals
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, name+".html", p); err != nil {
		g.log(r, err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", p.Language)
	h.Set("Vary", "Accept-Language, Cookie, Accept-Encoding")
	data := out.Bytes()
	if takesPacked(r) {
		h.Set("Content-Encoding", "gzip")
		data = packed(data, gzip.DefaultCompression)
	}
	w.WriteHeader(cmp.Or(p.Status, http.StatusOK))
	_, _ = w.Write(data) // an error is the browser's, that has gone
}

// Languages are those that people can choose, each by its own name.
func (page) Languages() []choice {
	return []choice{{"en", "English"}, {"de", "Deutsch"}, {"fr", "Français"}}
}

type choice struct{ Tag, Name string }

// isLocal reports whether a path leads to a page of the gallery. Browsers take \ for /, and pass
// over tabs and ends of lines (URL standard, section 4.4).
func isLocal(path string) bool {
	odd := func(c rune) bool { return c == '\\' || unicode.IsControl(c) }
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsFunc(path, odd)
}
