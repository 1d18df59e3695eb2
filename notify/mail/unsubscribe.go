package mail

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/notify/words"
	"github.com/glimpse-go/glimpse/transport"
)

// Subscriptions ends letters, and takes that back, such as the Mailer of transport/hub/mail.
// Handles are what the addresses of Letter.Unsubscribe end with.
type Subscriptions interface {
	Unsubscribe(ctx context.Context, handle string) error
	Resubscribe(ctx context.Context, handle string) error
}

// Unsubscribe serves the addresses in List-Unsubscribe headers: a POST ends the letters (RFC
// 8058, section 3.2), at once and without a question, and a GET, which programs make by
// themselves, shows a page that asks. Where they have ended, the page takes that back on
// demand. Of an error of s that wraps transport.ErrNotFound the page says that the
// address has expired; others are status 500 and are not shown.
func Unsubscribe(s Subscriptions) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		say := words.In(accepted(r.Header.Get("Accept-Language"))...)
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			answer(w, say, http.StatusOK, "unsubscribe.ask")
		case http.MethodPost:
			status, message := set(r, s)
			answer(w, say, status, message)
		default:
			w.Header().Set("Allow", "GET, HEAD, POST")
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	})
}

// set does what a form asks for: it ends letters with one click, or has them come again.
func set(r *http.Request, s Subscriptions) (status int, message string) {
	r.Body = http.MaxBytesReader(nil, r.Body, 4<<10)
	err := r.ParseMultipartForm(4 << 10) // RFC 8058, section 3.1: either form
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil
	}
	to, message := s.Unsubscribe, "unsubscribe.done"
	if r.PostFormValue("Resubscribe") == "Yes" {
		to, message = s.Resubscribe, "unsubscribe.again"
	} else if err != nil || r.PostFormValue("List-Unsubscribe") != "One-Click" {
		return http.StatusBadRequest, "unsubscribe.ask"
	}
	switch err := to(r.Context(), path.Base(r.URL.Path)); {
	case errors.Is(err, transport.ErrNotFound):
		return http.StatusNotFound, "unsubscribe.unknown"
	case err != nil:
		return http.StatusInternalServerError, "unsubscribe.trouble"
	}
	return http.StatusOK, message
}

func answer(w http.ResponseWriter, say words.Words, status int, message string) {
	var page bytes.Buffer
	err := unsubscribePage.Execute(&page, struct {
		Words     words.Words
		Message   string
		Ask, Done bool
	}{say, message, message == "unsubscribe.ask" || message == "unsubscribe.again", message == "unsubscribe.done"})
	if err != nil {
		status = http.StatusInternalServerError
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer") // the token is in the path
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // the caller may have gone
}

// accepted lists the languages of an Accept-Language header (RFC 9110, section 12.5.4), in the
// order in which it has them.
func accepted(header string) (tags []string) {
	for part := range strings.SplitSeq(header, ",") {
		tag, _, _ := strings.Cut(part, ";")
		tags = append(tags, strings.TrimSpace(tag))
	}
	return tags
}
