package gallery

import (
	"net/http"
	"strconv"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// albumsPerPage is how many albums a page lists.
const albumsPerPage = 60

// tile is an album in the list of all.
type tile struct {
	Path, Cover            string
	Title, Items, Labelled string
}

// albumList is what the page of all albums shows.
type albumList struct {
	Tiles []tile
	Next  uint64 // the number below which the next page is; 0 = there is none
}

// albums lists the albums of who is signed in, those with the latest news first.
func (g *Gallery) albums(w http.ResponseWriter, r *http.Request) {
	s, err := g.signedIn(r)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	g.keep(w, r, s)
	below, err := strconv.ParseUint(r.FormValue("below"), 10, 64)
	if err != nil {
		below = 0
	}
	entries, err := g.Latest(r.Context(), s.User, below, albumsPerPage)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	next := nextOf(entries)
	if entries, err = g.withoutReplaced(r.Context(), s.User, entries); err != nil {
		g.fail(w, r, err)
		return
	}
	words := g.wordsFor(r)
	g.show(w, r, "albums", page{
		Title: words.Say("gallery"), Script: g.assets.URL("albums.js"), User: s.User.String(), Data: albumList{tilesOf(words, entries), next},
	})
}

// nextOf is the number below which the next page is; 0 = there is none.
func nextOf(entries []transport.Entry) uint64 {
	if len(entries) < albumsPerPage {
		return 0
	}
	return entries[len(entries)-1].Number
}

func tilesOf(words words, entries []transport.Entry) (tiles []tile) {
	for _, e := range entries {
		if n := e.Notification; n.Reason != notify.Removed && n.Reason != notify.Ended {
			tiles = append(tiles, tileOf(words, n))
		}
	}
	return tiles
}

func tileOf(words words, n notify.Notification) tile {
	name := keyOfName(n.Name())
	t := tile{Path: "/album/" + name, Cover: "/cover/" + name, Title: n.Title, Items: words.Count("items", n.Items)}
	if t.Title == "" {
		t.Title = words.Say("session.untitled")
	}
	if n.Labelled > 0 {
		t.Labelled = words.Count("session.labelled", n.Labelled)
	}
	return t
}
