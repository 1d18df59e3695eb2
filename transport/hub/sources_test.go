package hub_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// strange is a hub that reaches sources over connections, one of whose users names them.
type strange struct {
	url  string // of the hub
	cam  *labtest.Camera
	name collection.Name
	came atomic.Int64
}

func newStrange(t *testing.T, networks ...netip.Prefix) *strange {
	return newStrangeBy(t, httplink.NewTransport(httplink.PublicTransport(networks...)))
}

// newStrangeBy is newStrange for a hub that makes its requests in a certain way.
func newStrangeBy(t *testing.T, way http.RoundTripper) *strange {
	store := new(memstore.Store)
	w := labtest.New(t, hub.Config{Store: store})
	s := &strange{cam: w.Camera(w.User("mallory"), 1)}
	s.name = s.cam.Album("title")
	s.cam.Shares(s.name)
	dial := httplink.Dialer(httplink.Caller{Signer: w.Hub.Signer, Now: w.Now}, httplink.Options{HTTP: &http.Client{Transport: way}})
	h, err := hub.New(t.Context(), w.Hub.Signer, hub.Config{Store: store, Dial: dial, Now: w.Now, Timeout: 100 * time.Millisecond})
	labtest.Must(t, err)
	server := httptest.NewServer(httplink.HubHandler(h, httplink.HandlerOptions{Now: w.Now}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// announce names a source, and returns what its user hears.
func (s *strange) announce(t *testing.T, url string) error {
	a := transport.Announcement{Author: s.name.Author, ID: s.name.ID, Items: transport.BitsOf(0), URL: url, Endpoint: lab.SourceAt(s.cam.Station, url).Endpoint}
	_, err := httplink.NewClient(s.url, httplink.Bearer(s.cam.Token), httplink.Options{}).Announce(t.Context(), a)
	return err
}

// inside are URLs at which something answers that is no station.
func (s *strange) inside(t *testing.T) map[string]string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.came.Add(1)
		switch {
		case strings.HasPrefix(r.URL.Path, "/redirect"):
			http.Redirect(w, r, "/ok", http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/secret"):
			http.Error(w, "secret", http.StatusForbidden)
		case strings.HasPrefix(r.URL.Path, "/silent"):
			<-r.Context().Done()
		}
	}))
	t.Cleanup(server.Close)
	banner, err := net.Listen("tcp", "127.0.0.1:0")
	labtest.Must(t, err)
	t.Cleanup(func() { banner.Close() })
	go func() {
		for {
			conn, err := banner.Accept()
			if err != nil {
				return
			}
			s.came.Add(1)
			_, _ = io.WriteString(conn, "SSH-2.0-secret\r\n")
			conn.Close()
		}
	}()
	return map[string]string{
		"a page": server.URL + "/ok", "refused": server.URL + "/secret", "elsewhere": server.URL + "/redirect", "silent": server.URL + "/silent",
		"no HTTP": "http://" + banner.Addr().String(), "nobody": "http://127.0.0.1:0", "no name": "http://nowhere.invalid",
	}
}

// TestSourcesTellNothing: whoever names a source learns of what there is at its URL only
// that it is no station, and by default nothing inside the hub's network is even connected
// to.
func TestSourcesTellNothing(t *testing.T) {
	if runtime.GOOS == "wasip1" {
		t.Skip("its network is within the process: no address is dialed")
	}
	heard := map[string]bool{}
	for _, networks := range [][]netip.Prefix{nil, {lab.ThisComputer}} {
		s := newStrange(t, networks...)
		for what, url := range s.inside(t) {
			err := s.announce(t, url)
			if !errors.Is(err, transport.ErrUnreachable) {
				t.Fatalf("%s: %v", what, err)
			}
			heard[err.Error()] = true
		}
		if came := s.came.Load(); (came > 0) != (len(networks) > 0) {
			t.Errorf("%d connections, where %v is listed", came, networks)
		}
	}
	if len(heard) != 1 {
		t.Errorf("what is there can be told by %v", heard)
	}
}

// reading counts what is read of answers.
type reading struct {
	way  http.RoundTripper
	read *atomic.Int64
}

func (r reading) RoundTrip(q *http.Request) (*http.Response, error) {
	answer, err := r.way.RoundTrip(q)
	if err == nil {
		answer.Body = readingBody{answer.Body, r.read}
	}
	return answer, err
}

type readingBody struct {
	io.ReadCloser
	read *atomic.Int64
}

func (b readingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read.Add(int64(n))
	return n, err
}

// impossible are answers in the place of an original.
var impossible = map[string]func(w http.ResponseWriter){
	"the greatest size": func(w http.ResponseWriter) {
		w.Header().Set("Glimpse-Size", "9223372036854775807")
		_, _ = w.Write(make([]byte, 100))
	},
	"endless": func(w http.ResponseWriter) {
		w.Header().Set("Glimpse-Size", "9223372036854775807")
		writes(w, 4096)
	},
	"more than its size": func(w http.ResponseWriter) {
		w.Header().Set("Glimpse-Size", "140000")
		writes(w, 1024)
	},
	"an endless refusal": func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusNotFound)
		writes(w, 1024)
	},
	"compressed": func(w http.ResponseWriter) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Glimpse-Size", "70000")
		z := gzip.NewWriter(w)
		writes(z, 1024)
		_ = z.Close()
	},
	"many headers": func(w http.ResponseWriter) {
		for i := range 20_000 {
			w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("a", 400))
		}
		w.Header().Set("Glimpse-Size", "70000")
		w.WriteHeader(http.StatusOK)
	},
	"many interim answers": func(w http.ResponseWriter) {
		for range 100 {
			w.WriteHeader(http.StatusProcessing)
		}
		w.Header().Set("Glimpse-Size", "140000")
	},
	"no bytes":        func(w http.ResponseWriter) { w.Header().Set("Glimpse-Size", "0") },
	"less than none":  func(w http.ResponseWriter) { w.Header().Set("Glimpse-Size", "-1") },
	"two sizes":       func(w http.ResponseWriter) { w.Header()["Glimpse-Size"] = []string{"140000", "1"} },
	"a size of text":  func(w http.ResponseWriter) { w.Header().Set("Glimpse-Size", "0x10") },
	"nothing":         func(http.ResponseWriter) {},
	"a blank refusal": func(w http.ResponseWriter) { w.WriteHeader(http.StatusTeapot) },
}

// writes writes so many MiB, as long as somebody reads.
func writes(w io.Writer, n int) {
	mib := make([]byte, 1<<20)
	for range n {
		if _, err := w.Write(mib); err != nil {
			return
		}
	}
}

// TestHostileSource: whatever a source answers, the announcement is refused with the words
// of any other that does not answer, and the hub has read no more than a block of it.
func TestHostileSource(t *testing.T) {
	if runtime.GOOS == "wasip1" {
		t.Skip("its network is within the process: no address is dialed")
	}
	var read atomic.Int64
	s := newStrangeBy(t, reading{httplink.NewTransport(httplink.PublicTransport(lab.ThisComputer)), &read})
	for what, answer := range impossible {
		source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
		defer source.Close()
		read.Store(0)
		err := s.announce(t, source.URL)
		if !errors.Is(err, transport.ErrUnreachable) && !errors.Is(err, transport.ErrDigest) {
			t.Errorf("%s: %v", what, err)
		}
		if n := read.Load(); n > 256<<10 {
			t.Errorf("%s: %d bytes are read", what, n)
		}
	}
}
