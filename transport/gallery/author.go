package gallery

import "net/http"

// authoring is what the pages of authors are told besides: the URL of the worker.
type authoring struct{ Worker string }

func (g *Gallery) authoring() authoring {
	return authoring{Worker: g.assets.URL("worker.js")}
}

// newAlbum is the page on which an album is made, in the browser alone.
func (g *Gallery) newAlbum(w http.ResponseWriter, r *http.Request) {
	user, ok := g.user(r)
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	g.show(w, r, "new", page{
		Title: g.wordsFor(r).Say("author.new"), Script: g.assets.URL("new.js"), User: user.String(), Data: g.authoring(),
	})
}
