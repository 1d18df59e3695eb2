package hub_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// eventsIn counts the security events in a log.
func eventsIn(log string) map[string]int {
	events := map[string]int{}
	for line := range strings.Lines(log) {
		if _, event, ok := strings.Cut(line, "msg=security event="); ok {
			event, _, _ = strings.Cut(event, " route=")
			event, _, _ = strings.Cut(event, " user=")
			events[strings.Trim(event, "\"\n")]++
		}
	}
	return events
}

// TestAuditLog: what happens to the security of a hub is logged, by stable names, and
// without tokens, addresses, URLs, titles or captions.
func TestAuditLog(t *testing.T) {
	log, post := new(bytes.Buffer), new(notify.Memory)
	logger := slog.New(slog.NewTextHandler(log, nil))
	cfg := hub.Config{Log: logger, MaxFailedProbes: 1, Mail: mail.Config{Channel: post, GuestVersions: 1}}
	w := labtest.New(t, cfg)
	ann, bob := w.User("ann"), w.Peer(w.User("bob"), "bob")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	cam.Items[0].Caption = "private caption"
	name := cam.AlbumFor("private title", []collection.UserID{bob.User}, "eve@example.org")
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	link := w.Letters(post)[0].Token

	// What comes over connections is served by a handler of its own, with the same log.
	server := httptest.NewServer(httplink.HubHandler(w.Hub.Hub, httplink.HandlerOptions{
		Log: logger, Now: w.Now, MaxStall: 50 * time.Millisecond, Enrol: func(string) *enrol.Attempt { return nil },
	}))
	defer server.Close()
	at := func(s *labtest.Peer) *httplink.Client {
		return httplink.NewClient(server.URL, httplink.Bearer(s.Token), httplink.Options{})
	}
	_, err := http.Get(server.URL + "//v1/links/" + link)
	labtest.Must(t, err)
	_, err = httplink.NewClient(server.URL, httplink.Bearer("secret-token"), httplink.Options{}).Updates(t.Context(), name)
	wantError(t, err, transport.ErrUnauthenticated)
	_, err = httplink.NewEnrolClient(server.URL, "secret-token", httplink.Options{}).Commit(t.Context(), enrol.Commitment{})
	wantError(t, err, enrol.ErrSpent)
	a := transport.Announcement{Author: ann, ID: name.ID, Items: transport.BitsOf(0), URL: "http://private.example", Endpoint: lab.SourceAt(home.Station, "http://private.example").Endpoint}
	_, err = at(bob).Announce(t.Context(), a)
	wantError(t, err, transport.ErrForbidden)
	_, err = at(home).Announce(t.Context(), a)
	wantError(t, err, transport.ErrUnreachable)
	stall(t, server, home.Token, "/v1/upload/"+name.String())
	home.Restart(func(cfg *peer.Config) { cfg.Store, cfg.Hub = nil, nil }) // the disk is lost
	w.Probes()

	want := []string{"enrolment refused", "forbidden", "source dropped", "spot check failed", "stalled", "unauthenticated"}
	if got := slices.Sorted(maps.Keys(eventsIn(log.String()))); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for line := range strings.Lines(log.String()) {
		for _, secret := range []string{link, "secret-token", home.Token, bob.Token, "private", "example.org", home.URL(), "127.0.0.1"} {
			if strings.Contains(line, "msg=security") && strings.Contains(line, secret) || strings.Contains(line, link) {
				t.Errorf("%s is in the log: %s", secret, line)
			}
		}
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
}

// stall begins an upload and sends nothing of it, until it is broken off.
func stall(t *testing.T, server *httptest.Server, token, path string) {
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	labtest.Must(t, err)
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 1000\r\n\r\n", path, token)
	_, err = io.Copy(io.Discard, conn)
	labtest.Must(t, err)
}
