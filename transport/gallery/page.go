package gallery

import (
	"embed"
	"html/template"
	"net/http"

	"github.com/glimpse-go/glimpse/collection"
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
	Author, ID    string
	Items         int
	Data          any // of one kind of page
}

func (g *Gallery) show(w http.ResponseWriter, r *http.Request, name string, p page) {
	p.words, p.Style = g.wordsFor(r), g.assets.URL("style.css")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = pages.ExecuteTemplate(w, name+".html", p) // an error is the browser's, that has gone
}

func (g *Gallery) albums(w http.ResponseWriter, r *http.Request) {
	p := page{Title: g.wordsFor(r).Say("gallery"), Script: g.assets.URL("albums.js")}
	if user, ok := g.user(r); ok {
		p.User = user.String()
	}
	g.show(w, r, "albums", p)
}

func (g *Gallery) album(w http.ResponseWriter, r *http.Request) {
	user, ok := g.user(r)
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	p := page{Script: g.assets.URL("album.js"), User: user.String(), Author: r.PathValue("author"), ID: r.PathValue("id")}
	var name collection.Name
	errAuthor, errID := name.Author.UnmarshalText([]byte(p.Author)), name.ID.UnmarshalText([]byte(p.ID))
	if errAuthor != nil || errID != nil {
		http.NotFound(w, r)
		return
	}
	state, err := g.As(user).Collection(r.Context(), name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	c, err := collection.Decode(state.Collection)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	p.Title, p.Items = c.Title(), c.Len()
	g.show(w, r, "album", p)
}
