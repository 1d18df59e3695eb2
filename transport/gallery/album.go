package gallery

import (
	"context"
	"errors"
	"net/http"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/cover"
)

// atFirst is of how many items an album's page has the previews in itself, about as many as a
// large screen shows at first: scripts paint the others, from the collection.
const atFirst = 40

// albumPage is what the page of an album shows.
type albumPage struct {
	Who             string // shares it; empty = not known
	Items, Labelled string
	Previews        []preview
	Left            int      // how many items have none here
	More            string   // how many that is
	Beside          []string // paths of what else the album goes on in
}

// album shows an album.
func (g *Gallery) album(w http.ResponseWriter, r *http.Request) {
	s, err := g.signedIn(r)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	g.keep(w, r, s)
	beside, leads, err := g.leadsOn(w, r, s.User, "")
	if leads {
		return
	}
	var c collection.Collection
	if err == nil {
		c, err = g.read(r, s.User)
	}
	if err != nil {
		g.fail(w, r, err)
		return
	}
	words := g.wordsFor(r)
	data := g.pageOf(r.Context(), words, c)
	for _, name := range beside {
		data.Beside = append(data.Beside, pathOf(name))
	}
	p := page{
		Title: c.Title(), Script: g.assets.URL("album.js"), User: s.User.String(),
		Author: c.Author().String(), ID: c.ID().String(), Data: data,
	}
	if p.Title == "" {
		p.Title = words.Say("session.untitled")
	}
	g.show(w, r, "album", p)
}

func (g *Gallery) pageOf(ctx context.Context, words words, c collection.Collection) albumPage {
	p := albumPage{Items: words.Count("items", c.Len()), Previews: previewsOf(words, c, atFirst)}
	if name := g.Name(ctx, c.Author()); name != "" {
		p.Who = words.Say("session.by", "name", name)
	}
	if n := c.Labelled() - c.Withdrawn(); n > 0 {
		p.Labelled = words.Count("session.labelled", n)
	}
	if p.Left = c.Len() - len(p.Previews); p.Left > 0 {
		p.More = words.Count("session.more", p.Left)
	}
	return p
}

// read returns the collection that a request is about, as a user may read it. Errors wrap
// ErrNotFound or ErrEnded, or are those of the station.
func (g *Gallery) read(r *http.Request, user collection.UserID) (c collection.Collection, err error) {
	name, err := nameIn(r)
	if err != nil {
		return c, err
	}
	state, err := g.As(user).Collection(r.Context(), name)
	switch {
	case err != nil:
		return c, err
	case len(state.Collection) == 0:
		return c, transport.ErrEnded
	}
	return collection.Decode(state.Collection)
}

func nameIn(r *http.Request) (collection.Name, error) {
	return readName(r.PathValue("author"), r.PathValue("id"))
}

func readName(author, id string) (name collection.Name, err error) {
	err = errors.Join(name.Author.UnmarshalText([]byte(author)), name.ID.UnmarshalText([]byte(id)))
	if err != nil {
		err = transport.ErrNotFound
	}
	return name, err
}

// cover leads to the thumbnail that stands for an album.
func (g *Gallery) cover(w http.ResponseWriter, r *http.Request) {
	s, err := g.signedIn(r)
	if err != nil {
		g.answer(w, r, err)
		return
	}
	c, err := g.read(r, s.User)
	if err != nil {
		g.answer(w, r, err)
		return
	}
	i := cover.Item(c)
	if i < 0 {
		g.answer(w, r, transport.ErrNotFound)
		return
	}
	id, _ := c.At(i)
	w.Header().Set("Cache-Control", "private, max-age=60")
	http.Redirect(w, r, "/v1/versions/"+r.PathValue("author")+"/"+r.PathValue("id")+"/"+id.String()+"/0", http.StatusFound)
}
