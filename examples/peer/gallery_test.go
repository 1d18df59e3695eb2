package main

import (
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
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
	if got := read(t, b, page); strings.Contains(got, "Lake") {
		t.Error("without the link:", got)
	}
	answer, err := b.PostForm(page+"session/ticket", url.Values{"ticket": {ticket}})
	if err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatal(answer, err)
	}
	answer.Body.Close()
	if got := read(t, b, page); !strings.Contains(got, "Lake") || !strings.Contains(got, "3 items") {
		t.Error(got)
	}
}

// TestBrowsersElsewhere reach a home where it says that they do: what it shares is fetched there, and
// a browser that is to join is told what to open.
func TestBrowsersElsewhere(t *testing.T) {
	hub := programtest.NewHub(t)
	ann, bob := hub.Peer("Ann"), hub.Peer("Bob")
	id := strings.Fields(bob.Run("contact", "list"))[1]
	photos, got := t.TempDir(), t.TempDir()
	programtest.Photos(t, photos, 0, 3)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	ann.Stop()
	for _, flags := range [][]string{{"-web", "http://" + at}, {"-gallery", at, "-web", at}} {
		if got := ann.Fails(2, append([]string{"run"}, flags...)...); !strings.Contains(got, "-web") {
			t.Error(got)
		}
	}
	ann.Start("-gallery", at, "-web", "http://"+at+"/")
	ann.Runs.Await(`The gallery: (http://` + at + `)/#in\.`)
	ann.Begin("station", "add").Await(`browser, where this is opened:\n\n    (http://` + at + `)/join#\.\n`)
	ann.Run("share", photos, "-with", id, "-title", "Lake")
	bob.Runs.Await(`from .*: "Lake", 3 items, 0 with a label`)
	bob.Run("fetch", "Lake", "-to", got)
	if files, err := os.ReadDir(got); err != nil || len(files) != 3 {
		t.Error(files, err)
	}
}
