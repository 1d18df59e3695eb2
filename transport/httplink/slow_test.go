package httplink

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// stopping is a hub that is told to stop by a test.
type stopping struct {
	stubHub
	running context.Context
	inside  sync.WaitGroup
}

func (s *stopping) As(collection.UserID) transport.Hub { return s }

func (s *stopping) Running() context.Context { return s.running }

// Upload says in its error how the stream ended.
func (s *stopping) Upload(_ context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	defer s.inside.Done()
	_, err := io.Copy(io.Discard, stream)
	return transport.Answer{Next: transport.Done}, err
}

// Version is more than any buffer on the way takes.
func (s *stopping) Version(context.Context, transport.Ref, int64) (*transport.Stream, error) {
	return &transport.Stream{ReadCloser: leaving{endless{}, &s.inside}, Size: 1 << 40}, nil
}

type leaving struct {
	io.Reader
	inside *sync.WaitGroup
}

func (l leaving) Close() error {
	l.inside.Done()
	return nil
}

// serveStopping serves a hub in whose station the test waits for n requests.
func serveStopping(t *testing.T, n int, maxStall time.Duration) (h *stopping, server *httptest.Server, stop func()) {
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	h = &stopping{stubHub: stubHub{new(stub), new(stub)}, running: ctx}
	h.inside.Add(n)
	server = httptest.NewServer(HubHandler(h, HandlerOptions{Who: anybody{}, MaxStall: maxStall}))
	t.Cleanup(server.Close)
	return h, server, stop
}

// open sends a text over a connection of its own.
func open(t *testing.T, server *httptest.Server, text string) net.Conn {
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	_, err = io.WriteString(conn, text)
	must(t, err)
	return conn
}

const (
	slowUpload  = "POST /v1/upload" + name + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
	slowMessage = "POST /v1/share HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
	slowRefusal = "POST /v1/share HTTP/1.1\r\nHost: x\r\nAuthorization: nobody\r\nContent-Length: 1000\r\n\r\n"
	slowAnswer  = "GET /v1/versions" + item + "/0 HTTP/1.1\r\nHost: x\r\n\r\n"
)

// settles waits until there are no more goroutines than before.
func settles(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// TestStalled: who sends nothing of a body, or takes nothing of an answer, is broken off
// when its time is over, known or not, and leaves nothing behind. A body that is broken
// off is its sender's error.
func TestStalled(t *testing.T) {
	for text, want := range map[string]string{
		slowUpload:  "HTTP/1.1 400 Bad Request",
		slowMessage: "HTTP/1.1 400 Bad Request",
		slowRefusal: "HTTP/1.1 401 Unauthorized",
		slowAnswer:  "HTTP/1.1 200 OK",
	} {
		const n = 10
		h, server, _ := serveStopping(t, n, 50*time.Millisecond)
		before := runtime.NumGoroutine()
		conns := make([]net.Conn, n)
		for i := range conns {
			conns[i] = open(t, server, text)
		}
		if text == slowUpload || text == slowAnswer {
			h.inside.Wait()
		}
		settles(t, before)
		for _, conn := range conns {
			answer := bufio.NewReader(conn)
			if status, err := answer.ReadString('\n'); err != nil || strings.TrimSpace(status) != want {
				t.Errorf("%q: %q, %v", text, status, err)
			}
			if _, err := io.Copy(io.Discard, answer); err != nil && !errors.Is(err, net.ErrClosed) {
				t.Logf("%q: %v", text, err) // reset: what was sent is not whole
			}
		}
	}
}

// TestDripping: a byte now and then does not hold a connection, in either direction.
func TestDripping(t *testing.T) {
	h, server, _ := serveStopping(t, 1, 200*time.Millisecond)
	conn := open(t, server, slowUpload)
	go func() {
		for {
			if _, err := io.WriteString(conn, "x"); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	h.inside.Wait()
}

// TestBrokenOffUpload: the caller that leaves in the middle has made the error.
func TestBrokenOffUpload(t *testing.T) {
	h, server, _ := serveStopping(t, 1, 0)
	conn := open(t, server, slowUpload)
	must(t, conn.(*net.TCPConn).CloseWrite())
	h.inside.Wait()
	if status, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(status, "400") {
		t.Errorf("%q, %v", status, err)
	}
}

// TestStopEndsCallers: a station that stops is held up neither by those who send nothing
// nor by those who take nothing, however many there are.
func TestStopEndsCallers(t *testing.T) {
	const n = 300
	h, server, stop := serveStopping(t, 2*n, 0)
	before := runtime.NumGoroutine()
	uploads := make([]net.Conn, n)
	for i := range uploads {
		uploads[i] = open(t, server, slowUpload)
		open(t, server, slowAnswer)
	}
	stop()
	h.inside.Wait()
	for _, conn := range uploads { // whose answer is not written in time hears nothing
		if status, err := bufio.NewReader(conn).ReadString('\n'); err == nil && !strings.Contains(status, "503") {
			t.Fatalf("%q", status)
		}
	}
	settles(t, before)
}

// TestWaitingIsNoStall: who waits for an answer, and for the next part of it, does not
// stall, nor does the next request on the same connection.
func TestWaitingIsNoStall(t *testing.T) {
	const maxStall = 20 * time.Millisecond
	s := new(stub)
	server, connections := serveStreamsWith(t, stubHub{patient{s, 5 * maxStall}, s}, HandlerOptions{Who: anybody{}, MaxStall: maxStall})
	c := NewClient(server.URL, nil, Options{HTTP: &http.Client{Transport: new(http.Transport)}})
	defer c.http.CloseIdleConnections()
	for range 3 {
		for _, call := range []string{"changes", "versions"} {
			if err := calls[call](t.Context(), c); err != nil {
				t.Errorf("%s: %v", call, err)
			}
			time.Sleep(2 * maxStall)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// patient is a station that takes some time.
type patient struct {
	*stub
	time time.Duration
}

func (p patient) wait(ctx context.Context) error {
	select {
	case <-time.After(p.time):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p patient) Changes(ctx context.Context, _ transport.ChangesRequest) (transport.Changes, error) {
	return transport.Changes{}, p.wait(ctx)
}

func (p patient) Versions(ctx context.Context, _ collection.Name, _ int, _ transport.Bits) (io.ReadCloser, error) {
	r, w := io.Pipe()
	go func() {
		for i := range 3 {
			fmt.Fprint(w, i)
			if err := p.wait(ctx); err != nil {
				w.CloseWithError(err)
			}
		}
		w.Close()
	}()
	return r, nil
}

// beginLike sets the header of an answer as a station does.
func beginLike(w http.ResponseWriter, r *http.Request, size string) {
	if strings.Contains(r.URL.Path, "/versions/") || strings.Contains(r.URL.Path, "/links/token/") {
		w.Header().Set("Content-Type", versionType)
		w.Header().Set("Content-Length", size)
		return
	}
	w.Header().Set(sizeHeader, size)
	w.Header().Set("Content-Type", contentType)
}

// TestStalledAnswers: an answer that stalls, or does not begin, is given up as that of a
// station that is not there, unless it is one that waits.
func TestStalledAnswers(t *testing.T) {
	s := new(stub)
	for what, answer := range map[string]http.HandlerFunc{
		"no head": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"no body": func(w http.ResponseWriter, r *http.Request) {
			beginLike(w, r, "10")
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
		"dripping": func(w http.ResponseWriter, r *http.Request) {
			beginLike(w, r, "1000000")
			for r.Context().Err() == nil {
				io.WriteString(w, "x")
				http.NewResponseController(w).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		},
	} {
		server := httptest.NewServer(answer)
		c := NewClient(server.URL, nil, Options{MaxStall: 50 * time.Millisecond})
		for _, call := range []string{"version", "original", "collection", "settings", "guest version"} {
			if err := calls[call](t.Context(), c); !errors.Is(err, transport.ErrUnreachable) || t.Context().Err() != nil {
				t.Errorf("%s: %s: %v", what, call, err)
			}
		}
		server.Close()
	}
	server, _ := serveStreamsWith(t, stubHub{patient{s, 100 * time.Millisecond}, s}, HandlerOptions{Who: anybody{}})
	c := NewClient(server.URL, nil, Options{MaxStall: 50 * time.Millisecond})
	for _, call := range []string{"changes", "versions"} {
		if err := calls[call](t.Context(), c); err != nil {
			t.Errorf("%s: %v", call, err)
		}
	}
}

// TestStalledStreams: over HTTP/2, so are streams of a connection, which stays.
func TestStalledStreams(t *testing.T) {
	h, server, _ := serveStopping(t, 1, 50*time.Millisecond)
	secure := httptest.NewUnstartedServer(server.Config.Handler)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	c := NewClient(secure.URL, nil, Options{HTTP: secure.Client()})
	if _, err := c.Upload(t.Context(), collection.Name{}, nothing{&h.inside}); !errors.Is(err, transport.ErrMalformed) {
		t.Error(err)
	}
	h.inside.Add(1)
	stream, err := c.Version(t.Context(), transport.Ref{}, 0)
	must(t, err)
	h.inside.Wait() // nobody reads the stream
	if _, err := io.Copy(io.Discard, stream); err == nil {
		t.Error("all of a version that was broken off")
	}
	must(t, stream.Close())
	time.Sleep(100 * time.Millisecond)
	if err := calls["share"](t.Context(), c); err != nil {
		t.Error(err)
	}
}

// nothing comes of it until nobody is inside the station.
type nothing struct{ inside *sync.WaitGroup }

func (n nothing) Read([]byte) (int, error) {
	n.inside.Wait()
	return 0, io.EOF
}
