package gallery

import (
	"net/http"

	"github.com/glimpse-go/glimpse/collection"
)

// settingsPage is what the page of settings shows.
type settingsPage struct {
	Name       string // of the user
	CanPasskey bool
	Passkeys   []passkey
}

// settings shows the settings of who is signed in.
func (g *Gallery) settings(w http.ResponseWriter, r *http.Request) {
	s, err := g.signedIn(r)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	g.keep(w, r, s)
	data, err := g.settingsOf(r, s.User)
	if err != nil {
		g.fail(w, r, err)
		return
	}
	g.show(w, r, "settings", page{
		Title: g.wordsFor(r).Say("session.settings"), Script: g.assets.URL("settings.js"), User: s.User.String(), Data: data,
	})
}

func (g *Gallery) settingsOf(r *http.Request, user collection.UserID) (p settingsPage, err error) {
	o, err := g.owner(r.Context(), user)
	if err != nil {
		return p, err
	}
	p = settingsPage{Name: o.name, Passkeys: o.keys, CanPasskey: g.passkeys(r) != nil}
	return p, nil
}

// forUser is a page that does something for who is signed in, and shows the settings again.
func (g *Gallery) forUser(do func(*http.Request, collection.UserID) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, err := g.signedIn(r)
		if err == nil {
			err = do(r, s.User)
		}
		if err != nil {
			g.fail(w, r, err)
			return
		}
		http.Redirect(w, r, "/settings", http.StatusSeeOther)
	}
}

// dropPasskey removes a passkey.
func (g *Gallery) dropPasskey(r *http.Request, user collection.UserID) error {
	return g.removePasskey(r.Context(), user, r.PostFormValue("passkey"))
}
