package gallery

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/transport"
)

// Guests have the link of a letter, with a token behind its #. The page there sends the token in
// a body, for a cookie, and from then on no URL has it: the pages of a link are named by the
// beginning of the token's SHA-256, and the cookie goes to them alone.

// atMostForGuests is how many thumbnails a guest's page shows.
const atMostForGuests = 500

// guestPage is what the page of a link shows.
type guestPage struct {
	Base            string
	Items, Labelled string
	HasCover        bool
	Shown           []int // the items that are, counted from 1
}

func guestPath(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "/guest/" + hex.EncodeToString(sum[:8])
}

func (g *Gallery) guestCookie(r *http.Request) string {
	if g.isSecure(r) {
		return "__Secure-glimpse-guest"
	}
	return "glimpse-guest"
}

// link is the page that a letter's link opens.
func (g *Gallery) link(w http.ResponseWriter, r *http.Request) {
	words := g.wordsFor(r)
	g.show(w, r, "link", page{Title: words.Say("session.link.title"), Script: g.assets.URL("link.js")})
}

// openLink takes a token, for the cookie of a guest, and answers with where the guest goes on.
func (g *Gallery) openLink(w http.ResponseWriter, r *http.Request) {
	token := r.PostFormValue("token")
	if _, err := g.glimpse(r, token); err != nil {
		g.answer(w, r, err)
		return
	}
	base := guestPath(token)
	http.SetCookie(w, &http.Cookie{
		Name: g.guestCookie(r), Value: token, Path: base, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: g.isSecure(r),
	})
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, base) // an error is the browser's, that has gone
}

// glimpse returns what a token opens.
func (g *Gallery) glimpse(r *http.Request, token string) (transport.Glimpse, error) {
	if g.Links == nil || token == "" {
		return transport.Glimpse{}, transport.ErrNotFound
	}
	return g.Links.Glimpse(r.Context(), token)
}

// tokenOf returns the token of a guest's link.
func (g *Gallery) tokenOf(r *http.Request) string {
	c, err := r.Cookie(g.guestCookie(r))
	if err != nil || guestPath(c.Value) != "/guest/"+r.PathValue("link") {
		return ""
	}
	return c.Value
}

// guest shows a guest what a link opens. One that is over, or was revoked, is not there any more.
func (g *Gallery) guest(w http.ResponseWriter, r *http.Request) {
	what, err := g.glimpse(r, g.tokenOf(r))
	if errors.Is(err, transport.ErrNotFound) || errors.Is(err, transport.ErrEnded) {
		g.say(w, r, http.StatusGone, "link.over")
		return
	}
	if err != nil {
		g.fail(w, r, err)
		return
	}
	words := g.wordsFor(r)
	p := page{Title: what.Title}
	if p.Title == "" {
		p.Title = words.Say("session.untitled")
	}
	data := guestPage{Base: "/guest/" + r.PathValue("link"), Items: words.Count("items", what.Items), HasCover: len(what.Cover) > 0}
	if what.Labelled > 0 {
		data.Labelled = words.Count("session.labelled", what.Labelled)
	}
	if what.Versions > 0 {
		for i := range min(what.Items, atMostForGuests) {
			data.Shown = append(data.Shown, i+1)
		}
	}
	p.Data = data
	g.show(w, r, "guest", p)
}

// guestCover shows a guest the cover.
func (g *Gallery) guestCover(w http.ResponseWriter, r *http.Request) {
	what, err := g.glimpse(r, g.tokenOf(r))
	if err == nil && len(what.Cover) == 0 {
		err = transport.ErrNotFound
	}
	if err != nil {
		g.answer(w, r, err)
		return
	}
	picture(w, bytes.NewReader(what.Cover))
}

// guestVersion shows a guest the smallest version of an item.
func (g *Gallery) guestVersion(w http.ResponseWriter, r *http.Request) {
	token, err := g.tokenOf(r), error(transport.ErrNotFound)
	item, errItem := strconv.Atoi(r.PathValue("item"))
	var s *transport.Stream
	if g.Links != nil && token != "" && errItem == nil {
		s, err = g.Links.GuestVersion(r.Context(), token, item-1, 0, 0)
	}
	if err != nil {
		g.answer(w, r, err)
		return
	}
	defer s.Close()
	picture(w, s)
}

// picture answers with a picture: what is none is something to be saved, and never a page.
func picture(w http.ResponseWriter, data io.Reader) {
	var start [512]byte
	n, _ := io.ReadFull(data, start[:]) // what fails here fails below, too
	typ := http.DetectContentType(start[:n])
	if !strings.HasPrefix(typ, "image/") {
		typ = "application/octet-stream"
	}
	w.Header().Set("Content-Type", typ)
	w.Header().Set("Cache-Control", "private, max-age=300")
	_, _ = io.Copy(w, io.MultiReader(bytes.NewReader(start[:n]), data)) // what breaks cuts it off
}
