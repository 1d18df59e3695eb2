package gallery

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/glimpse-go/glimpse/transport"
)

// statuses are what errors are answered with, the first that fits.
var statuses = []struct {
	err    error
	status int
}{
	{transport.ErrEnded, http.StatusGone},
	{transport.ErrNotFound, http.StatusNotFound},
	{transport.ErrWithdrawn, http.StatusGone},
	{transport.ErrUnauthenticated, http.StatusUnauthorized},
	{transport.ErrForbidden, http.StatusForbidden},
	{transport.ErrMalformed, http.StatusBadRequest},
	{transport.ErrConflict, http.StatusConflict},
	{transport.ErrQuota, http.StatusTooManyRequests},
	{transport.ErrTooLarge, http.StatusRequestEntityTooLarge},
	{transport.ErrUnreachable, http.StatusServiceUnavailable},
	{transport.ErrClosed, http.StatusServiceUnavailable},
	{transport.ErrPending, http.StatusServiceUnavailable},
}

func statusOf(err error) int {
	if isTooLarge(err) {
		return http.StatusRequestEntityTooLarge
	}
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// told are the statuses that pages have words of their own for.
var told = map[int]bool{http.StatusNotFound: true, http.StatusGone: true, http.StatusForbidden: true, http.StatusServiceUnavailable: true}

// fail shows a page that says kindly why there is nothing else.
func (g *Gallery) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf(err)
	if status == http.StatusUnauthorized {
		g.showSignIn(w, r)
		return
	}
	if status == http.StatusInternalServerError {
		g.log(r, err)
	}
	about := fmt.Sprint(status)
	if !told[status] {
		about = "other"
	}
	g.say(w, r, status, about)
}

// say shows a page of a few words, which have a title and a text.
func (g *Gallery) say(w http.ResponseWriter, r *http.Request, status int, about string) {
	words := g.wordsFor(r)
	g.show(w, r, "message", page{Status: status, Title: words.Say("session." + about + ".title"), Data: words.Say("session." + about + ".text")})
}
