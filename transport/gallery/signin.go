package gallery

import "net/http"

// showSignIn shows the way in, in the place of a page that is for who is signed in.
func (g *Gallery) showSignIn(w http.ResponseWriter, r *http.Request) {
	words := g.wordsFor(r)
	g.show(w, r, "signin", page{
		Status: http.StatusUnauthorized, Title: words.Say("session.in.title"), Script: g.assets.URL("signin.js"), Data: g.passkeys(r) != nil,
	})
}
