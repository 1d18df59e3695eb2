package httplink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// TestGoodStation: all calls pass where the station is one.
func TestGoodStation(t *testing.T) {
	s := new(stub)
	c := clientOf(t, s.handler(HandlerOptions{Who: anybody{}}))
	for what, call := range calls {
		if err := call(t.Context(), c); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s.calls != len(calls) {
		t.Errorf("%d calls of %d came", s.calls, len(calls))
	}
}

// TestRedirect: who is called gets nothing, and nobody else does.
func TestRedirect(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s came, with %q", r.Method, r.URL, r.Header.Get("Authorization"))
	}))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, status)
		}))
		defer server.Close()
		c := NewClient(server.URL, Bearer("secret"), Options{HTTP: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}})
		for what, call := range calls {
			if err := call(t.Context(), c); !errors.Is(err, transport.ErrUnreachable) {
				t.Errorf("%s, redirected by %d: %v", what, status, err)
			}
		}
	}
}

// TestNoStation: what is said by something else than a station counts neither as
// done nor as refused.
func TestNoStation(t *testing.T) {
	for what, answer := range map[string]http.HandlerFunc{
		"a portal":      func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Log in") },
		"nothing":       func(http.ResponseWriter, *http.Request) {},
		"no content":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNonAuthoritativeInfo) },
		"a proxy":       func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not found", http.StatusNotFound) },
		"an odd status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(999) },
	} {
		c := clientOf(t, answer)
		for call, do := range calls {
			if err := do(t.Context(), c); !errors.Is(err, transport.ErrUnreachable) {
				t.Errorf("%s, %s: %v", call, what, err)
			}
		}
	}
}

// raw answers every request with the same bytes, and then with more of them for as
// long as somebody reads.
func raw(t *testing.T, head, more string) *Client {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := conn.Read(make([]byte, 1<<16)); err != nil {
					return
				}
				_, err := io.WriteString(conn, head)
				for err == nil && more != "" {
					_, err = io.WriteString(conn, more)
				}
			}()
		}
	}()
	return NewClient("http://"+l.Addr().String(), nil, Options{MaxMessage: 1 << 20})
}

// TestBrokenAnswers: an answer that ends early is never taken for a whole one, and
// one without an end is given up.
func TestBrokenAnswers(t *testing.T) {
	const message = "HTTP/1.1 200 OK\r\nContent-Type: application/cbor\r\n"
	const version = "HTTP/1.1 206 Partial Content\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 4-9/10\r\n"
	const whole = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
	kilobyte := strings.Repeat("x", 1024)
	for _, c := range []struct {
		what, head, more string
		calls            []string
		want             error
	}{
		{"cut off", message + "Content-Length: 9\r\n\r\n\xa1\x01", "", []string{"share", "settings"}, transport.ErrUnreachable},
		{"cut off in a chunk", message + "Transfer-Encoding: chunked\r\n\r\n9\r\n\xa1\x01", "", []string{"share"}, transport.ErrUnreachable},
		{"cut off, without a length", message + "\r\n\xa1\x01", "", []string{"share"}, transport.ErrMalformed},
		{"as long as can be", message + "Content-Length: 9223372036854775807\r\n\r\n", kilobyte, []string{"share", "settings"}, transport.ErrTooLarge},
		{"endless", message + "\r\n", kilobyte, []string{"share", "settings", "upload"}, transport.ErrTooLarge},
		{"endless refusal", "HTTP/1.1 404 Not Found\r\n\r\n", kilobyte, []string{"share", "put", "version", "deliver"}, transport.ErrUnreachable},
		{"version cut off", version + "Content-Length: 6\r\n\r\n456", "", []string{"version", "guest version"}, io.ErrUnexpectedEOF},
		{"version that ends early", version + "Content-Length: 3\r\n\r\n456", "", []string{"version", "guest version"}, transport.ErrUnreachable},
		{"version cut off, without a length", version + "\r\n456", "", []string{"version", "guest version"}, transport.ErrUnreachable},
		{"endless version", version + "\r\n", kilobyte, []string{"version", "guest version"}, nil},
		{"original without a size", "HTTP/1.1 200 OK\r\n\r\n", kilobyte, []string{"original"}, transport.ErrUnreachable},
		{"original of no size", "HTTP/1.1 200 OK\r\nGlimpse-Size: -1\r\n\r\n", "", []string{"original"}, transport.ErrUnreachable},
		{"version without a size", whole + "\r\n", kilobyte, []string{"version", "guest version"}, transport.ErrUnreachable},
		{"version that is a page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\n0123456789", "", []string{"version"}, transport.ErrUnreachable},
		{"version that is over", whole + "Content-Length: 3\r\n\r\n123", "", []string{"version"}, transport.ErrMalformed},
		{"whole version", whole + "Content-Length: 10\r\n\r\n0123456789", "", []string{"version", "guest version"}, nil},
		{"whole version that ends early", whole + "Content-Length: 10\r\n\r\n012", "", []string{"version"}, transport.ErrUnreachable},
		{"another range", strings.Replace(version, "4-9/10", "3-9/10", 1) + "\r\n3456789", "", []string{"version"}, transport.ErrUnreachable},
		{"a shorter range", strings.Replace(version, "4-9/10", "4-8/10", 1) + "\r\n45678", "", []string{"version"}, transport.ErrUnreachable},
		{"range of nobody knows what", strings.Replace(version, "4-9/10", "4-9/*", 1) + "\r\n456789", "", []string{"version"}, transport.ErrUnreachable},
		{"no HTTP", kilobyte, kilobyte, []string{"share", "version"}, transport.ErrUnreachable},
	} {
		client := raw(t, c.head, c.more)
		for _, call := range c.calls {
			if err := calls[call](t.Context(), client); !errors.Is(err, c.want) {
				t.Errorf("%s: %s: %v, want %v", c.what, call, err, c.want)
			}
		}
	}
}

// TestCutOffMessage: no beginning of a message is a message.
func TestCutOffMessage(t *testing.T) {
	data, err := transport.Encode(transport.Answer{Next: transport.Done, Collection: digits})
	must(t, err)
	for n := range data {
		c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Write(data[:n])
		}))
		if _, err := c.Share(t.Context(), transport.Share{}); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// TestNegativeOffset: a station that gives what was not asked for does no harm.
func TestNegativeOffset(t *testing.T) {
	c := raw(t, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 10\r\n\r\n0123456789", "")
	for _, offset := range []int64{-1, math.MinInt64} {
		if err := read(c.Version(t.Context(), transport.Ref{}, offset)); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%d: %v", offset, err)
		}
	}
}

// TestBaseURL: a peer that says where it is cannot send requests to a path, a host
// or a user of its choice.
func TestBaseURL(t *testing.T) {
	for base, want := range map[string]string{
		"http://host": "http://host", "https://host:1/a/b/": "https://host:1/a/b", "HTTP://[::1]:80": "http://[::1]:80",
		"": "", "host": "", "//host": "", "/v1": "", "http://": "", "http:host": "", "file:///etc": "", "ftp://host": "",
		"http://host?": "", "http://host/?q=": "", "http://host#": "", "http://host/#": "", "http://u:p@host": "",
		"http://host\r\nX: y": "", "http://a b": "", "http://host:port": "",
	} {
		if got := baseURL(base); got != want {
			t.Errorf("%q: %q, want %q", base, got, want)
		}
		if _, err := NewClient(base, nil, Options{}).Settings(t.Context()); want == "" && !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("%q: %v", base, err)
		}
	}
}

// TestCancel: whoever waits for an answer stops when its context ends, and so does
// who works on it.
func TestCancel(t *testing.T) {
	came, gone := make(chan struct{}), make(chan struct{})
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if strings.Contains(r.URL.Path, "/versions/") && r.Method == http.MethodGet {
			w.Header().Set("Content-Type", versionType)
			w.Header().Set("Content-Length", "10")
			w.(http.Flusher).Flush()
		}
		came <- struct{}{}
		<-r.Context().Done()
		gone <- struct{}{}
	}))
	for what, call := range calls {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- call(ctx, c) }()
		<-came
		cancel()
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", what, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s goes on", what)
		}
		<-gone
	}
}
