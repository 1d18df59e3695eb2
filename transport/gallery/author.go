package gallery

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// newAlbum is the page on which an album is made, in the browser alone.
func (g *Gallery) newAlbum(w http.ResponseWriter, r *http.Request) {
	s, err := g.signedIn(r)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	g.keep(w, r, s)
	g.show(w, r, "new", g.authoring(s.User, g.wordsFor(r).Say("author.new"), "new.js"))
}

// editAlbum is the page on which its author changes an album, in the browser, too.
func (g *Gallery) editAlbum(w http.ResponseWriter, r *http.Request) {
	s, err := g.signedIn(r)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	if _, leads, _ := g.leadsOn(w, r, s.User, "/edit"); leads { // what fails here fails below, too
		return
	}
	c, err := g.read(r, s.User)
	if err == nil && c.Author() != s.User {
		err = transport.ErrForbidden
	}
	if err != nil {
		g.fail(w, r, err)
		return
	}
	p := g.authoring(s.User, g.wordsFor(r).Say("author.edit"), "edit.js")
	p.Author, p.ID = c.Author().String(), c.ID().String()
	g.show(w, r, "edit", p)
}

// authoring is a page of authors. Data is the URL of the worker that makes small versions.
func (g *Gallery) authoring(user collection.UserID, title, script string) page {
	return page{Title: title, Script: g.assets.URL(script), User: user.String(), Data: g.assets.URL("worker.js")}
}

// mostPeople bounds of how many users names are asked for at once, and albums bound whose people
// are looked through for a name: the latest ones.
const (
	mostPeople = 256
	albums     = 64
)

// person is a user as pages are told of one.
type person struct {
	User collection.UserID `json:"user"`
	Name string            `json:"name"`
}

// people tells the names of users, by their ids, or who has a name: of those with whom the user
// has albums in common, the latest ones or the one that is named, since nobody else is to be found
// by guessing.
func (g *Gallery) people(w http.ResponseWriter, r *http.Request) {
	user, ok := g.user(r)
	if !ok {
		http.Error(w, "not signed in", http.StatusUnauthorized)
		return
	}
	query := r.URL.Query()
	among, name := append(g.known(r.Context(), user), g.peopleAt(r.Context(), user, query.Get("album"))...), strings.TrimSpace(query.Get("name"))
	if name == "" {
		asked := idsIn(query["user"])
		among = slices.DeleteFunc(asked, func(id collection.UserID) bool { return id != user && !slices.Contains(among, id) })
		if len(among) == 0 {
			g.answer(w, r, transport.ErrNotFound)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(g.called(r.Context(), name, among)) // an error is the browser's, that has gone
}

// called are those among some users who have a name or id, which may be empty: then all who have any.
func (g *Gallery) called(ctx context.Context, name string, among []collection.UserID) []person {
	found := []person{}
	for _, id := range among[:min(len(among), mostPeople)] {
		p := person{id, g.Name(ctx, id)}
		if p.Name != "" && (name == "" || strings.EqualFold(p.Name, name) || strings.EqualFold(id.String(), name)) {
			found = append(found, p)
		}
	}
	return found
}

// idsIn are those that are ids of users.
func idsIn(texts []string) (ids []collection.UserID) {
	for _, text := range texts {
		var id collection.UserID
		if id.UnmarshalText([]byte(text)) == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// known are the authors and recipients of a user's latest albums, each once.
func (g *Gallery) known(ctx context.Context, user collection.UserID) (all []collection.UserID) {
	entries, _ := g.Latest(ctx, user, 0, albums) // without them nobody is found
	met := map[collection.UserID]bool{user: true}
	for _, e := range entries {
		for _, id := range g.peopleOf(ctx, user, collection.Name{Author: e.Notification.Author, ID: e.Notification.Collection}) {
			if !met[id] {
				met[id] = true
				all = append(all, id)
			}
		}
	}
	return all
}

// peopleAt is peopleOf for the album of a key, if there is one.
func (g *Gallery) peopleAt(ctx context.Context, reader collection.UserID, key string) []collection.UserID {
	name, err := nameOfKey(key)
	if err == nil {
		_, err = g.As(reader).Collection(ctx, name)
	}
	if err != nil {
		return nil
	}
	return g.peopleOf(ctx, reader, name)
}

// peopleOf are the author and the recipients of an album, the author alone where it is not read
// any more.
func (g *Gallery) peopleOf(ctx context.Context, reader collection.UserID, name collection.Name) []collection.UserID {
	state, err := g.As(reader).Collection(ctx, name)
	if err != nil {
		return []collection.UserID{name.Author}
	}
	c, err := collection.Decode(state.Collection)
	if err != nil {
		return []collection.UserID{name.Author}
	}
	return append(slices.Collect(c.Recipients()), name.Author)
}
