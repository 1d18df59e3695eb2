package gallery

import "net/http"

// join is where a browser becomes a station. What is behind the # of the URL that leads there is
// sent to nobody.
func (g *Gallery) join(w http.ResponseWriter, r *http.Request) {
	g.show(w, r, "join", page{Title: g.wordsFor(r).Say("join.title"), Script: g.assets.URL("join.js")})
}

// keys shows the keys that a browser has pinned, which are kept there: the page is the same for all.
func (g *Gallery) keys(w http.ResponseWriter, r *http.Request) {
	p := page{Title: g.wordsFor(r).Say("keys.title"), Script: g.assets.URL("keys.js")}
	if user, ok := g.user(r); ok {
		p.User = user.String()
	}
	g.show(w, r, "keys", p)
}
