package gallery_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// TestBrowserIsTold: the browser keeps the cookie for longer when it is used, and nothing after
// signing out.
func TestBrowserIsTold(t *testing.T) {
	s := serve(t, gallery.Config{Lasts: 30 * time.Hour})
	b := s.as(t, s.bob)
	for after, want := range map[time.Duration]bool{30 * time.Minute: false, 2 * time.Hour: true} {
		s.now = s.now.Add(after)
		if _, h, _ := s.asks(t, b, "GET", "/settings", nil, nil); (h.Get("Set-Cookie") != "") != want {
			t.Errorf("after %v: %q", after, h.Get("Set-Cookie"))
		}
		s.now = s.now.Add(-after)
		b = s.as(t, s.bob)
	}
	_, h, _ := s.asks(t, b, "POST", "/signout", nil, url.Values{})
	if c, err := http.ParseSetCookie(h.Get("Set-Cookie")); err != nil || c.MaxAge >= 0 || c.Value != "" || !strings.Contains(h.Get("Clear-Site-Data"), `"cache"`) {
		t.Error(h)
	}
}

// TestSessionsThatAreOver: they leave the store with the next one.
func TestSessionsThatAreOver(t *testing.T) {
	s := serve(t, gallery.Config{Lasts: time.Hour})
	count := func() (n int) {
		for _, err := range s.store.Scan(t.Context(), "gallery/session/", "", 0) {
			labtest.Must(t, err)
			n++
		}
		return n
	}
	s.as(t, s.bob)
	s.as(t, s.bob)
	s.now = s.now.Add(2 * time.Hour)
	s.as(t, s.bob)
	if n := count(); n != 1 {
		t.Errorf("%d sessions are kept, of which one is not over", n)
	}
}

// TestFewTickets: links are good for ten minutes, and the first of very many for less.
func TestFewTickets(t *testing.T) {
	s := serve(t, gallery.Config{})
	use := func(link string) int {
		_, secret, _ := strings.Cut(link, "#in.")
		status, _, _ := s.asks(t, s.browser(t), "POST", "/session/ticket", nil, url.Values{"ticket": {secret}})
		return status
	}
	soon, late := s.Link(s.bob), s.Link(s.bob)
	s.now = s.now.Add(9 * time.Minute)
	if got := use(soon); got != http.StatusNoContent {
		t.Error("after nine minutes:", got)
	}
	s.now = s.now.Add(2 * time.Minute)
	if got := use(late); got != http.StatusUnauthorized {
		t.Error("after eleven minutes:", got)
	}
	first := s.Link(s.bob)
	for range 64 {
		late = s.Link(s.bob)
	}
	if a, b := use(first), use(late); a != http.StatusUnauthorized || b != http.StatusNoContent {
		t.Errorf("the first of 65 is answered with %d, the last with %d", a, b)
	}
}

// TestOthersAlbums: an album is changed by its author alone, names are told to who is signed in,
// and of those with whom there are albums in common by their names; nothing of it is kept between.
func TestOthersAlbums(t *testing.T) {
	s := serve(t, gallery.Config{})
	cam := s.Camera(s.ann, 2)
	name := cam.Album("Holidays", s.bob)
	cam.Shares(name)
	eve := s.User("eve")
	path := "/album/" + name.Author.String() + "/" + name.ID.String() + "/edit"
	for user, want := range map[*http.Client]int{s.as(t, s.ann): 200, s.as(t, s.bob): 403, s.as(t, eve): 404, s.browser(t): 401} {
		if got, h, _ := s.asks(t, user, "GET", path, nil, nil); got != want || h.Get("Cache-Control") != "no-store" {
			t.Errorf("answered with %d, not %d: %v", got, want, h)
		}
	}
	for user, want := range map[*http.Client]string{s.as(t, s.bob): s.ann.String(), s.as(t, eve): "[]\n", s.browser(t): "not signed in\n"} {
		if _, h, body := s.asks(t, user, "GET", "/people?name=ANN", nil, nil); !strings.Contains(body, want) || strings.Contains(h.Get("Cache-Control"), "public") {
			t.Errorf("%s, not %s", body, want)
		}
	}
	key := name.Author.String() + "/" + name.ID.String()
	for _, c := range []struct {
		of, user collection.UserID
		query    string
		want     int
	}{
		{s.ann, s.bob, "", 200}, {s.bob, s.ann, "", 200}, {eve, eve, "", 200},
		{eve, s.ann, "", 404}, {s.ann, eve, "", 404},
		{s.ann, eve, "&album=" + key, 404}, {s.bob, eve, "&album=x", 404},
	} {
		got, _, body := s.asks(t, s.as(t, c.user), "GET", "/people?user="+c.of.String()+c.query, nil, nil)
		if got != c.want || strings.Contains(body, "eve") != (c.of == eve && c.user == eve) {
			t.Errorf("whose is %s%s, for %s: %d %s", c.of, c.query, c.user, got, body)
		}
	}
}

// TestNamesOfOldAlbums: of an album that others have come after are the names of its people known
// where it is named.
func TestNamesOfOldAlbums(t *testing.T) {
	s := serve(t, gallery.Config{})
	cam, other := s.Camera(s.ann, 1), s.Camera(s.User("eve"), 1)
	old := cam.Album("Holidays", s.bob)
	cam.Shares(old)
	for range 64 {
		other.Shares(other.Album("Others", s.bob))
	}
	b, path := s.as(t, s.bob), "/people?user="+s.ann.String()
	for query, want := range map[string]int{"": 404, "&album=" + old.Author.String() + "/" + old.ID.String(): 200} {
		if got, _, body := s.asks(t, b, "GET", path+query, nil, nil); got != want || strings.Contains(body, "ann") != (want == 200) {
			t.Errorf("%q is answered with %d %s", query, got, body)
		}
	}
}

// TestGuestItems: a guest is shown the items of the link by their numbers, and nothing beyond them.
func TestGuestItems(t *testing.T) {
	post := new(notify.Memory)
	w := browsertest.World(t, hub.Config{Mail: mail.Config{Channel: post, GuestVersions: 1}})
	cam := w.Camera(w.User("ann"), 2)
	cam.Shares(cam.AlbumFor("Holidays", nil, "carol@example.org"))
	g, err := gallery.New(gallery.OfHub(w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	token := w.Letters(post)[0].Token
	opened := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/link", strings.NewReader("token="+token))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	g.ServeHTTP(opened, r)
	c, err := http.ParseSetCookie(opened.Header().Get("Set-Cookie"))
	labtest.Must(t, err)
	for item, want := range map[string]int{"1": 200, "2": 200, "0": 404, "3": 404, "-1": 404, "x": 404, "99999999999999999999": 404} {
		r := httptest.NewRequest("GET", c.Path+"/"+item, http.NoBody)
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
		a := httptest.NewRecorder()
		g.ServeHTTP(a, r)
		if a.Code != want || strings.Contains(a.Header().Get("Cache-Control"), "public") {
			t.Errorf("item %s is answered with %d, %v", item, a.Code, a.Header())
		}
		if want == 200 && a.Body.String() != string(cam.Card[cam.Items[item[0]-'1'].ID][0]) {
			t.Errorf("item %s is another one", item)
		}
	}
}
