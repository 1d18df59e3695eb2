package gallery

import (
	"net/http"
	"time"

	"golang.org/x/text/language"
)

const languageCookie = "language"

// wordsFor are the texts in the language that a browser's user has chosen here or, else, reads
// best.
func (g *Gallery) wordsFor(r *http.Request) words {
	wanted := []string{r.Header.Get("Accept-Language")}
	if c, err := r.Cookie(languageCookie); err == nil {
		wanted = []string{c.Value, wanted[0]}
	}
	_, i := language.MatchStrings(matcher, wanted...)
	return g.words[languages[i]]
}

// setLanguage keeps the language that somebody has chosen, for a year.
func (g *Gallery) setLanguage(w http.ResponseWriter, r *http.Request) {
	chosen, err := language.Parse(r.FormValue("language"))
	if err == nil {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: chosen.String(), Path: "/", MaxAge: int(365 * 24 * time.Hour / time.Second),
			HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: g.isSecure(r),
		})
	}
	to := r.FormValue("to")
	if !isLocal(to) {
		to = "/"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
