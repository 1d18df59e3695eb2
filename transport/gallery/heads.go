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

// An album that has grown is another collection, which replaces what it was. People see one album:
// what was made last stands for it, and links to what it was lead there. Who does not read that
// sees what there was before.

// newest returns what stands for a collection to a user: itself, where nothing does that the user
// may read. Beside it are the other heads: two stations of an author may have gone on each for itself.
func (g *Gallery) newest(ctx context.Context, user collection.UserID, of collection.Name) (stands collection.Name, beside []collection.Name, err error) {
	heads, err := g.Heads(ctx, user, of)
	if err != nil || len(heads) == 0 {
		return of, nil, err
	}
	last := len(heads) - 1
	return heads[last], heads[:last], nil
}

// leadsOn redirects to what has taken the place of the album that a request is about, which then
// is at an end, too.
func (g *Gallery) leadsOn(w http.ResponseWriter, r *http.Request, user collection.UserID, page string) (beside []collection.Name, leads bool, err error) {
	name, err := nameIn(r)
	if err != nil {
		return nil, false, err
	}
	stands, beside, err := g.newest(r.Context(), user, name)
	if err != nil || stands == name || slices.Contains(beside, name) {
		beside = slices.DeleteFunc(append(slices.Clone(beside), stands), func(n collection.Name) bool { return n == name })
		return beside, false, err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, pathOf(stands)+page, http.StatusFound)
	return nil, true, nil
}

// nameOfKey reads an album's name as scripts have it.
func nameOfKey(key string) (collection.Name, error) {
	author, id, _ := strings.Cut(key, "/")
	return readName(author, id)
}

func keyOfName(n collection.Name) string { return n.Author.String() + "/" + n.ID.String() }

func pathOf(n collection.Name) string { return "/album/" + keyOfName(n) }

// withoutReplaced leaves out entries for which others stand.
func (g *Gallery) withoutReplaced(ctx context.Context, user collection.UserID, all []transport.Entry) (left []transport.Entry, err error) {
	for _, e := range all {
		stands, _, err := g.newest(ctx, user, e.Notification.Name())
		if err != nil {
			return nil, err
		}
		if stands == e.Notification.Name() {
			left = append(left, e)
		}
	}
	return left, nil
}

// mostAsked is for how many albums a script asks at once what stands for them.
const mostAsked = 512

// replaced tells a script which albums others stand for, and which those are.
func (g *Gallery) replaced(w http.ResponseWriter, r *http.Request) {
	s, err := g.signedIn(r)
	if err != nil {
		g.answer(w, r, err)
		return
	}
	_ = r.PostFormValue("") // which parses the form: what is wrong with it is no album
	by, asked := map[string]string{}, r.PostForm["album"]
	for _, key := range asked[:min(len(asked), mostAsked)] {
		name, err := nameOfKey(key)
		if err != nil {
			continue
		}
		stands, _, err := g.newest(r.Context(), s.User, name)
		if err != nil {
			g.answer(w, r, err)
			return
		}
		if stands != name {
			by[key] = keyOfName(stands)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(by) // an error is the browser's, that has gone
}
