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

// subscriptions note what was asked for last, and know some handles.
type subscriptions struct{ stopped, resumed string }

func (s *subscriptions) Unsubscribe(_ context.Context, handle string) error {
	s.stopped = handle
	return map[string]error{"old": transport.ErrNotFound, "broken": errors.New("secret")}[handle]
}

func (s *subscriptions) Resubscribe(_ context.Context, handle string) error {
	s.resumed = handle
	return map[string]error{"old": transport.ErrNotFound, "broken": errors.New("secret")}[handle]
}

// TestUnsubscribe: one POST ends letters, with either form of RFC 8058, and nothing else does;
// and what the page then shows takes that back.
func TestUnsubscribe(t *testing.T) {
	const form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	const again, click, clicked = "Resubscribe=Yes", "List-Unsubscribe=One-Click", "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
	for what, k := range map[string]struct {
		method, path, kind, body, language string
		status                             int
		says                               string
		stopped, resumed                   string
	}{
		"one click":          {"POST", "/stop/token", form, click, "", 200, "You will get no more", "token", ""},
		"one click in parts": {"POST", "/stop/token", parts, clicked, "de-AT, en;q=0.5", 200, "Du bekommst keine", "token", ""},
		"a program looks":    {"GET", "/stop/token", "", "", "fr", 200, "Ne voulez-vous plus", "", ""},
		"in the query":       {"POST", "/stop/token?" + click, form, "", "", 400, "<form", "", ""},
		"another form":       {"POST", "/stop/token", form, "List-Unsubscribe=yes", "", 400, "<form", "", ""},
		"too long":           {"POST", "/stop/token", form, click + "&x=" + strings.Repeat("x", 5000), "", 400, "<form", "", ""},
		"an old address":     {"POST", "/stop/old", form, click, "", 404, "has expired", "old", ""},
		"trouble":            {"POST", "/stop/broken", form, click, "", 500, "try again later", "broken", ""},
		"another method":     {"DELETE", "/stop/token", form, click, "", 405, "", "", ""},
		"again":              {"POST", "/stop/token", form, again, "de", 200, "Du bekommst wieder", "", "token"},
		"again, and old":     {"POST", "/stop/old", form, again, "", 404, "has expired", "", "old"},
		"again, in trouble":  {"POST", "/stop/broken", form, again, "", 500, "try again later", "", "broken"},
		"another again":      {"POST", "/stop/token", form, "Resubscribe=One-Click", "", 400, "<form", "", ""},
		"what leads back":    {"POST", "/stop/token", form, click, "", 200, `name="Resubscribe" value="Yes"`, "token", ""},
	} {
		s := new(subscriptions)
		h := mail.Unsubscribe(s)
		r := httptest.NewRequestWithContext(t.Context(), k.method, k.path, strings.NewReader(k.body))
		r.Header.Set("Content-Type", k.kind)
		r.Header.Set("Accept-Language", k.language)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		page := w.Body.String()
		if w.Code != k.status || *s != (subscriptions{k.stopped, k.resumed}) || !strings.Contains(page, k.says) || strings.Contains(page, "secret") {
			t.Errorf("%s: %d, stopped and resumed %q: %s", what, w.Code, *s, page)
		}
		if w.Code != http.StatusMethodNotAllowed && (w.Header().Get("Referrer-Policy") != "no-referrer" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'")) {
			t.Errorf("%s: %v", what, w.Header())
		}
	}
}
