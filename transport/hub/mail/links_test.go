package mail_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// TestGuest: the token of a letter opens title, cover and what the hub lets
// guests see, never the collection; and it can be revoked.
func TestGuest(t *testing.T) {
	var log bytes.Buffer
	w, post, cam, home, _ := draft(t, hub.Config{
		Mail: mail.Config{GuestVersions: 1, LinkKey: []byte("kept apart")}, Gallery: "https://hub.example.org", Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	cam.Add(1)
	name := cam.AlbumFor("Picnic", nil, "eve@example.org")
	cam.Shares(name)
	first := w.Letters(post)[0]
	guest := httplink.NewClient(w.Hub.URL(), nil, httplink.Options{HTTP: cam.HTTP})
	g, err := guest.Glimpse(t.Context(), first.Token)
	labtest.Must(t, err)
	thumbnail := cam.Card[cam.Items[1].ID][0]
	if g.Title != "Picnic" || g.Items != 2 || g.Labelled != 2 || len(g.Cover) == 0 || g.Versions != 1 {
		t.Errorf("glimpse %+v", g)
	}
	s, err := guest.GuestVersion(t.Context(), first.Token, 1, 0, 10)
	labtest.Must(t, err)
	data, err := io.ReadAll(s)
	labtest.Must(t, errors.Join(err, s.Close()))
	if !bytes.Equal(data, thumbnail[10:]) {
		t.Error("another thumbnail")
	}
	for what, at := range map[string][2]int{"another version": {1, 1}, "the original": {1, 2}, "another item": {2, 0}, "no item": {-1, 0}, "no version": {0, -1}} {
		if _, err := guest.GuestVersion(t.Context(), first.Token, at[0], at[1], 0); !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := httplink.NewClient(w.Hub.URL(), httplink.Bearer(first.Token), httplink.Options{HTTP: cam.HTTP}).Collection(t.Context(), name); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("the collection: %v", err)
	}

	w.Restart(w.Hub.Store)
	cam.Syncs(home, name)
	home.Publishes(name)
	second := w.Letters(post)[0]
	if second.Link != first.Link || second.Link != "https://hub.example.org/link#"+first.Token || second.Reason != notify.Available ||
		second.Note == "" || second.ID == first.ID || second.Labelled != 0 {
		t.Errorf("second letter %+v", second)
	}
	for r, err := range w.Hub.Store.Scan(t.Context(), "", "", 0) {
		labtest.Must(t, err)
		if bytes.Contains(r.Value, []byte(first.Token)) || strings.Contains(r.Key, first.Token) {
			t.Errorf("%s holds the token", r.Key)
		}
	}
	for _, path := range []string{"/x/0", "/0/x", "/0/0/0", "/0/0?offset=0", "/"} {
		r, err := cam.HTTP.Get(w.Hub.URL() + "/v1/links/" + first.Token + path)
		labtest.Must(t, err)
		labtest.Must(t, r.Body.Close())
		if r.StatusCode < 400 {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	labtest.Must(t, w.Hub.Hub.Mail().RevokeLink(t.Context(), first.Token))
	if err := w.Hub.Hub.Mail().RevokeLink(t.Context(), first.Token); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	if _, err := guest.Glimpse(t.Context(), first.Token); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a revoked token: %v", err)
	}
	home.Retitles(name, "Two weeks")
	home.Publishes(name)
	third := w.Letters(post)[0]
	if g, err := guest.Glimpse(t.Context(), third.Token); err != nil || third.Token == first.Token || g.Title != "Two weeks" {
		t.Errorf("a new token: %+v, %v", g, err)
	}
	labtest.Must(t, w.Hub.Hub.Mail().RevokeLinks(t.Context(), name))
	if _, err := guest.Glimpse(t.Context(), third.Token); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a token of a collection whose links are revoked: %v", err)
	}
	if strings.Contains(log.String(), first.Token) {
		t.Error("the token is in the log")
	}
}

// TestLinkAccessSuite runs the suite on a hub that shows guests thumbnails only, in
// process and over HTTP.
func TestLinkAccessSuite(t *testing.T) {
	for what, overHTTP := range map[string]bool{"in process": false, "over HTTP": true} {
		t.Run(what, func(t *testing.T) {
			transporttest.LinkAccess(t, func(t *testing.T) transporttest.LinkFixture { return visit(t, overHTTP) })
		})
	}
}

// visit shares two photos, thumbnails and screens, with a mail address.
func visit(t *testing.T, overHTTP bool) transporttest.LinkFixture {
	w, post, cam, _, _ := draft(t, hub.Config{Mail: mail.Config{GuestVersions: 1}, RequiredFromDevice: 2})
	cam.Add(1)
	cam.Screens()
	v := transporttest.LinkFixture{LinkAccess: w.Hub.Hub}
	for _, item := range cam.Items {
		photo := cam.Card[item.ID]
		v.Versions = append(v.Versions, photo[:2])
	}
	name := cam.AlbumFor("Picnic", nil, "eve@example.org")
	cam.Shares(name)
	v.Token = w.Letters(post)[0].Token
	v.Sees = transport.Glimpse{Title: "Picnic", Items: 2, Labelled: 2, Cover: v.Versions[0][0], Versions: 1}
	v.Revoke = func(t *testing.T) { labtest.Must(t, w.Hub.Hub.Mail().RevokeLinks(t.Context(), name)) }
	if overHTTP {
		v.LinkAccess = httplink.NewClient(w.Hub.URL(), nil, httplink.Options{HTTP: cam.HTTP})
	}
	return v
}
