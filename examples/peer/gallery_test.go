package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestGallery: who runs a home sees in a browser of that computer what the home keeps, by the link
// that it prints, and nobody is served it from elsewhere.
func TestGallery(t *testing.T) {
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann"), hub.Peer("Bob")
	id := strings.Fields(bob.Run("contact", "list"))[1]
	photos := t.TempDir()
	programtest.Photos(t, photos, 0, 3)
	ann.Run("share", photos, "-with", id, "-title", "Lake")
	ann.Stop()
	if got := ann.Fails(2, "run", "-gallery", ":8080"); !strings.Contains(got, "of this computer alone") {
		t.Error(got)
	}
	ann.Start("-gallery", "127.0.0.1:0")
	link := ann.Runs.Await(`The gallery: (.*)\n`)
	page, ticket, _ := strings.Cut(link, "#in.")
	jar, _ := cookiejar.New(nil)
	b := &http.Client{Jar: jar}
	get := func() string {
		t.Helper()
		answer, err := b.Get(page)
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
	if got := get(); strings.Contains(got, "Lake") {
		t.Error("without the link:", got)
	}
	answer, err := b.PostForm(page+"session/ticket", url.Values{"ticket": {ticket}})
	if err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatal(answer, err)
	}
	answer.Body.Close()
	if got := get(); !strings.Contains(got, "Lake") || !strings.Contains(got, "3 items") {
		t.Error(got)
	}
}
