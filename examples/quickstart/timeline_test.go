package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestProgressBarGivesWayToLines(t *testing.T) {
	var out strings.Builder
	screen := &timeline{w: &out, live: true}
	screen.progress("photos", 5, 10, number)
	screen.progress("photos", 6, 10, number) // too soon to be seen
	screen.text("done")
	bar := strings.Repeat("█", 15) + strings.Repeat("░", 15)
	want := "\r\x1b[K           photos          " + bar + " 5 of 10\r\x1b[Kdone\n"
	if out.String() != want {
		t.Errorf("%q instead of %q", out.String(), want)
	}
	out.Reset()
	(&timeline{w: &out}).progress("photos", 5, 10, number)
	if out.Len() > 0 {
		t.Errorf("%q where there is no terminal", out.String())
	}
}

// A request counts even if nobody answers, and bytes are those on the wire.
func TestNetworkCounts(t *testing.T) {
	n := newNetwork(tricks{})
	client := n.client("Bob")
	if _, err := client.Post("http://127.0.0.1:1/v1/feed", "", nil); err == nil {
		t.Fatal("somebody answered")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * time.Millisecond)
		w.Write(make([]byte, 5000))
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	n.names[host] = "home"
	answer, err := client.Post(server.URL+"/v1/share", "text/plain", strings.NewReader(strings.Repeat("x", 3000)))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if got := n.requests("Bob"); got != 2 {
		t.Errorf("%d requests", got)
	}
	e := n.between("Bob", "home")
	if e.sent < 3000 || e.sent > 3500 || e.received < 4000 || e.received > 5500 || e.took < 2*time.Millisecond {
		t.Errorf("%+v", e)
	}
	rows := n.take()
	if len(rows) != 2 || rows[0].what != "ask for news" || rows[1].what != "share" || rows[1].to != "home" {
		t.Errorf("%+v", rows)
	}
}

func TestTextsForPeople(t *testing.T) {
	if got := short("a\tlong name.jpg", 8); got != "a␉lo…jpg" {
		t.Error(got)
	}
}
