package hub_test

import (
	"bufio"
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// beginUploads begins as many uploads to a hub as there are to be, in each of the ways, of
// which nothing but the beginning comes.
func beginUploads(t *testing.T, n int) (w *labtest.World, conns []*net.TCPConn, log *bytes.Buffer) {
	w, log = labtest.New(t, hub.Config{Quotas: hub.Unlimited()}), new(bytes.Buffer)
	cam := w.Camera(w.User("ann"), 1)
	name := cam.Album("title")
	cam.Shares(name)
	options := httplink.HandlerOptions{Now: w.Now, Log: slog.New(slog.NewTextHandler(log, nil))}
	server := httptest.NewServer(httplink.HubHandler(w.Hub.Hub, options))
	t.Cleanup(server.Close)
	share, err := transport.Encode(transport.Share{Collection: []byte("none")})
	labtest.Must(t, err)
	item := cam.Items[0].ID
	for range n {
		for _, request := range []string{
			"POST /v1/upload/" + name.String(),
			fmt.Sprintf("POST /v1/push?share=%d", len(share)),
			fmt.Sprintf("PATCH /v1/uploads/%v/%v/1", name, item),
			"POST /v1/share",
			"POST /v1/feed",
		} {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			labtest.Must(t, err)
			t.Cleanup(func() { conn.Close() })
			fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 100000\r\n\r\n\x84", request, cam.Token)
			conns = append(conns, conn.(*net.TCPConn))
		}
	}
	return w, conns, log
}

// TestCloseEndsUploads: a hub that is told to stop is not held up by uploads of which
// nothing comes.
func TestCloseEndsUploads(t *testing.T) {
	w, conns, _ := beginUploads(t, 60)
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
	for _, conn := range conns {
		status, err := bufio.NewReader(conn).ReadString('\n')
		if err == nil && !strings.Contains(status, " 503 ") && !strings.Contains(status, " 409 ") { // else it was not written in time
			t.Error(status)
		}
	}
}

// TestBrokenOffUploads are errors of those who break them off, not of the hub.
func TestBrokenOffUploads(t *testing.T) {
	_, conns, log := beginUploads(t, 1)
	for _, conn := range conns {
		labtest.Must(t, conn.CloseWrite())
		status, err := bufio.NewReader(conn).ReadString('\n')
		labtest.Must(t, err)
		if !strings.Contains(status, " 4") {
			t.Error(status)
		}
	}
	if strings.Contains(log.String(), "level=ERROR") {
		t.Error(log)
	}
}
