package mail_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/notify/mail"
	"github.com/glimpse-go/glimpse/transport"
)

// TestUnsubscribe: one POST ends letters, with either form of RFC 8058, and nothing else does.
func TestUnsubscribe(t *testing.T) {
	const form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	const click, clicked = "List-Unsubscribe=One-Click", "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
	for what, k := range map[string]struct {
		method, path, kind, body, language string
		status                             int
		says                               string
		stopped                            string
	}{
		"one click":          {"POST", "/stop/token", form, click, "", 200, "You will get no more", "token"},
		"one click in parts": {"POST", "/stop/token", parts, clicked, "de-AT, en;q=0.5", 200, "Du bekommst keine", "token"},
		"a program looks":    {"GET", "/stop/token", "", "", "fr", 200, "Ne voulez-vous plus", ""},
		"in the query":       {"POST", "/stop/token?" + click, form, "", "", 400, "<form", ""},
		"another form":       {"POST", "/stop/token", form, "List-Unsubscribe=yes", "", 400, "<form", ""},
		"too long":           {"POST", "/stop/token", form, click + "&x=" + strings.Repeat("x", 5000), "", 400, "<form", ""},
		"an old address":     {"POST", "/stop/old", form, click, "", 404, "has expired", "old"},
		"trouble":            {"POST", "/stop/broken", form, click, "", 500, "try again later", "broken"},
		"another method":     {"DELETE", "/stop/token", form, click, "", 405, "", ""},
	} {
		var stopped string
		h := mail.Unsubscribe(func(_ context.Context, token string) error {
			stopped = token
			return map[string]error{"old": transport.ErrNotFound, "broken": errors.New("secret")}[token]
		})
		r := httptest.NewRequestWithContext(t.Context(), k.method, k.path, strings.NewReader(k.body))
		r.Header.Set("Content-Type", k.kind)
		r.Header.Set("Accept-Language", k.language)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		page := w.Body.String()
		if w.Code != k.status || stopped != k.stopped || !strings.Contains(page, k.says) || strings.Contains(page, "secret") {
			t.Errorf("%s: %d, stopped %q: %s", what, w.Code, stopped, page)
		}
		if w.Code != http.StatusMethodNotAllowed && (w.Header().Get("Referrer-Policy") != "no-referrer" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'")) {
			t.Errorf("%s: %v", what, w.Header())
		}
	}
}
