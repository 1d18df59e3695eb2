package main

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestBrowserIsAdded: peer station add prints what is to be opened in a browser, at the hub and at
// home, and who joins by the invitation in it, as the pages do, is a station of the user's. Without a
// gallery, or where browsers do not know the hub's certificate, nothing is printed that does not work.
func TestBrowserIsAdded(t *testing.T) {
	hub := programtest.NewHub(t)
	if got := added(t, hub.Peer("Bob")); !strings.Contains(got, "-gallery") || strings.Contains(got, "/join#") {
		t.Errorf("without a gallery: %s", got)
	}
	carol := hub.Peer("Carol")
	carol.Stop()
	carol.Start("-gallery", "127.0.0.1:0")
	if got := added(t, carol); strings.Count(got, "/join#") != 1 || !strings.Contains(got, "http://localhost:") {
		t.Errorf("at a hub that shows its own key: %s", got)
	}
	open := programtest.NewHub(t)
	open.Stop()
	open.Start("-tls-mode", "none")
	ann := open.Peer("Ann")
	ann.Stop()
	ann.Start("-gallery", "127.0.0.1:0")
	operator := ann.Begin("station", "add")
	atHub, atHome := operator.Await(`\n    (http://127\S*)\n`), operator.Await(`\n    (http://localhost\S*)\n`)
	page, text, _ := strings.Cut(atHub, "#")
	invitation, err := url.PathUnescape(text)
	if err != nil || strings.Replace(atHome, "/join", "", 1) != invitation {
		t.Fatalf("%v: %s at the hub, %s at home", err, atHub, atHome)
	}
	for _, page := range []string{page, strings.TrimSuffix(atHome, "#.")} {
		if body := read(t, http.DefaultClient, page); !strings.Contains(body, `id="join"`) {
			t.Errorf("%s: %s", page, body)
		}
	}
	joins(t, operator, invitation)
	if got := ann.Run("station", "list"); !strings.Contains(got, "Firefox") {
		t.Error(got)
	}
}

// added is what a home prints of whom it lets join, until nobody does.
func added(t *testing.T, home *programtest.Station) string {
	t.Helper()
	operator := home.Begin("station", "add")
	operator.Await(`(?s)Another computer.*browser([^:]*):`)
	operator.Interrupt()
	operator.Status()
	return operator.All()
}

// read is a page as a browser gets it.
func read(t *testing.T, browser *http.Client, page string) string {
	t.Helper()
	answer, err := browser.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// joins joins by an invitation, as a page does.
func joins(t *testing.T, operator *programtest.Process, text string) {
	t.Helper()
	invitation, err := program.ParseInvitation(text)
	if err != nil {
		t.Fatal(err)
	}
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signature.NewSigner(key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	client := httplink.NewEnrolClient(invitation.URL, invitation.Secret, httplink.Options{})
	joiner, err := enrol.Join(t.Context(), client, signer, signature.StationPeer, "Firefox", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	operator.Await("The code is " + joiner.Code())
	operator.Say("y")
	if _, err := joiner.Confirm(t.Context()); err != nil {
		t.Error(err)
	}
	if status := operator.Status(); status != 0 {
		t.Error(status, operator.Errors())
	}
}
