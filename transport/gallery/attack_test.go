package gallery_test

import (
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
)

// endless is a body that does not end, and how much of it was read.
type endless struct {
	start io.Reader
	read  int
}

func (e *endless) Read(p []byte) (n int, err error) {
	if n, err = e.start.Read(p); err != nil {
		n, err = len(p), nil
		clear(p)
	}
	e.read += n
	return n, err
}

// TestBodiesAreBounded: of what is sent to pages, in whatever form, little is read, and no disk is
// filled.
func TestBodiesAreBounded(t *testing.T) {
	s := serve(t, gallery.Config{})
	var form strings.Builder
	m := multipart.NewWriter(&form)
	_, err := m.CreateFormFile("file", "file")
	labtest.Must(t, err)
	for _, typ := range []string{m.FormDataContentType(), "application/x-www-form-urlencoded", "text/plain"} {
		for _, path := range []string{
			"/link", "/session", "/session/ticket", "/signout", "/language", "/settings/passkey", "/passkey/create", "/passkey/create/1", "/passkey/signin", "/passkey/signin/1", "/none",
		} {
			body := &endless{start: strings.NewReader(form.String())}
			r := httptest.NewRequestWithContext(t.Context(), "POST", path, io.LimitReader(body, 1<<20))
			r.Header.Set("Content-Type", typ)
			s.Gallery.ServeHTTP(httptest.NewRecorder(), r)
			if body.read > 128<<10 {
				t.Errorf("%s reads %d bytes of %s", path, body.read, typ)
			}
		}
	}
}

// TestOtherOriginsOfTheSite: a browser sends the cookie with what another port, or another host of
// the domain, has it ask, and neither a station's route nor a page counts that.
func TestOtherOriginsOfTheSite(t *testing.T) {
	s := serve(t, gallery.Config{})
	b := s.as(t, s.bob)
	path := "/v1/collections/" + s.ann.String() + "/" + strings.Repeat("1", 32)
	for site, want := range map[string]int{
		"": http.StatusNotFound, "none": http.StatusNotFound, "same-origin": http.StatusNotFound,
		"same-site": http.StatusUnauthorized, "cross-site": http.StatusUnauthorized,
	} {
		header := map[string]string{}
		if site != "" {
			header["Sec-Fetch-Site"] = site
		}
		status, h, _ := s.asks(t, b, "GET", path, header, nil)
		if status != want || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%q is answered with %d, %v", site, status, h)
		}
	}
}

// TestMembersThatWere: who is deleted is out at once, however signed in, and does not come back.
func TestMembersThatWere(t *testing.T) {
	s := serve(t, gallery.Config{})
	b, anns := s.as(t, s.bob), s.as(t, s.ann)
	_, ticket, _ := strings.Cut(s.Link(s.bob), "#in.")
	labtest.Must(t, s.World.Hub.Hub.Accounts().Members().Delete(t.Context(), s.bob))
	if s.isIn(t, b) || !s.isIn(t, anns) {
		t.Error("bob was to be out, and ann not")
	}
	if got, _, _ := s.asks(t, s.browser(t), "POST", "/session/ticket", nil, url.Values{"ticket": {ticket}}); got != http.StatusForbidden {
		t.Error("with a link bob is answered with", got)
	}
	for r, err := range s.store.Scan(t.Context(), "gallery/session/"+s.bob.String(), "", 0) {
		labtest.Must(t, err)
		t.Error("there is still", r.Key)
	}
}

// TestClockGoesBack: a clock that was wrong, and is put right, makes no session or link last longer.
func TestClockGoesBack(t *testing.T) {
	s := serve(t, gallery.Config{Lasts: 10 * time.Hour})
	s.now = s.now.Add(1000 * time.Hour)
	b := s.as(t, s.bob)
	_, ticket, _ := strings.Cut(s.Link(s.bob), "#in.")
	s.now = s.now.Add(-1000 * time.Hour)
	if s.isIn(t, b) {
		t.Error("a session of the future lasts for 1,010 hours")
	}
	if got, _, _ := s.asks(t, s.browser(t), "POST", "/session/ticket", nil, url.Values{"ticket": {ticket}}); got != http.StatusUnauthorized {
		t.Error("a link of the future is answered with", got)
	}
}

// begins begins a ceremony, and returns its name and what of a session's cookie it sets.
func (s *served) begins(t *testing.T, b *http.Client) (name string) {
	t.Helper()
	_, _, body := s.asks(t, b, "POST", "/passkey/signin", nil, url.Values{})
	var answer struct{ Ceremony string }
	labtest.Must(t, json.Unmarshal([]byte(body), &answer))
	return answer.Ceremony
}

// ceremonies counts those that have begun.
func (s *served) ceremonies(t *testing.T) (n int) {
	t.Helper()
	for _, err := range s.store.Scan(t.Context(), "gallery/ceremony/", "", 0) {
		labtest.Must(t, err)
		n++
	}
	return n
}

// TestCeremoniesOfOthers: who does not know what a browser was asked cannot end it, and those that
// nobody ends take a fixed room. One that is ended is over, and is refused without a passkey.
func TestCeremoniesOfOthers(t *testing.T) {
	s := serve(t, gallery.Config{URL: "https://hub.example.org"})
	b := s.browser(t)
	name := s.begins(t, b)
	place, _, _ := strings.Cut(name, ".")
	for _, guess := range []string{place, place + ".", place + ".AAAA", name + "A", place + "%2e"} {
		if got, _, _ := s.asks(t, b, "POST", "/passkey/signin/"+guess, nil, url.Values{}); got != http.StatusNotFound || s.ceremonies(t) != 1 {
			t.Errorf("%s is answered with %d", guess, got)
		}
	}
	for _, want := range []int{http.StatusUnauthorized, http.StatusNotFound} {
		if got, _, _ := s.asks(t, b, "POST", "/passkey/signin/"+name, nil, url.Values{}); got != want || s.ceremonies(t) != 0 {
			t.Errorf("the ceremony is answered with %d, not %d", got, want)
		}
	}
	name = s.begins(t, b)
	s.now = s.now.Add(-time.Hour)
	if got, _, _ := s.asks(t, b, "POST", "/passkey/signin/"+name, nil, url.Values{}); got != http.StatusNotFound {
		t.Error("one of the future is answered with", got)
	}
}

// TestPasskeysOfAnotherPort: at localhost a passkey is for the port that was called, whatever the
// request names as the host.
func TestPasskeysOfAnotherPort(t *testing.T) {
	s := serve(t, gallery.Config{})
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for host, want := range map[string]int{"localhost:8080": http.StatusOK, "localhost:8081": http.StatusNotFound, "localhost": http.StatusNotFound, "evil.example:8080": http.StatusNotFound} {
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, net.Addr(at)), "POST", "/passkey/signin", http.NoBody)
		r.Host = host
		w := httptest.NewRecorder()
		s.Gallery.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s is answered with %d", host, w.Code)
		}
	}
}

// TestGalleriesOfOneHost: who signs in at a second gallery, at another port of the same host, stays
// signed in at the first, and signs out of each alone.
func TestGalleriesOfOneHost(t *testing.T) {
	one, two := serve(t, gallery.Config{}), serve(t, gallery.Config{})
	for _, s := range []*served{one, two} {
		s.Server = httptest.NewServer(s.Server.Config.Handler)
		t.Cleanup(s.Server.Close)
	}
	b := one.as(t, one.bob)
	two.asks(t, b, "GET", "/as/"+two.bob.String(), nil, nil)
	if !one.isIn(t, b) || !two.isIn(t, b) {
		t.Error("signed in at both, and found at one")
	}
	two.asks(t, b, "POST", "/signout", nil, url.Values{})
	if !one.isIn(t, b) || two.isIn(t, b) {
		t.Error("signed out at the second alone, and found otherwise")
	}
}
