package transport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// ledger is an http.RoundTripper that writes down which versions go over a link.
type ledger struct {
	mu      sync.Mutex
	reads   []string        // paths
	uploads []*bytes.Buffer // streams
	paths   []string        // theirs
}

// RoundTrip implements http.RoundTripper.
func (l *ledger) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/v1/upload/"):
		body := new(bytes.Buffer)
		l.uploads, l.paths = append(l.uploads, body), append(l.paths, path)
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, body), r.Body}
	case strings.HasPrefix(path, "/v1/versions/"), strings.HasPrefix(path, "/v1/originals/"):
		l.reads = append(l.reads, path)
	}
	l.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

func (l *ledger) client() *http.Client { return &http.Client{Transport: l} }

// keeps has all that a station sends and reads written down.
func (s *station) keeps() *ledger {
	l := new(ledger)
	_, _, token := s.w.credential(s.user, "another key")
	s.hub = httplink.NewClient(s.w.hubURL, httplink.Bearer(token), httplink.Options{HTTP: l.client()})
	s.reopen(func(cfg *peer.Config) { cfg.HTTP, cfg.Render = l.client(), peer.RendererFunc(renderHead) })
	return l
}

// judge checks that each author's bytes went over the link once in each direction.
func (l *ledger) judge(t *testing.T, albums []album) {
	t.Helper()
	seen := map[string]bool{}
	once := func(direction string, a album, data []byte) {
		t.Helper()
		what := fmt.Sprintf("%s %v %v", direction, a.name.Author, digest.Sum(data))
		if seen[what] {
			t.Errorf("%d bytes: %s again", len(data), direction)
		}
		seen[what] = true
	}
	for _, path := range l.reads {
		for _, a := range albums {
			for _, id := range a.photos {
				for version := range 3 {
					ref := fmt.Sprintf("%v/%v", a.name, id)
					if path == fmt.Sprintf("/v1/versions/%s/%d", ref, version) || version == 2 && path == "/v1/originals/"+ref {
						once("read", a, a.bytes(id, version))
					}
				}
			}
		}
	}
	for i, upload := range l.uploads {
		for _, a := range albums {
			if l.paths[i] == "/v1/upload/"+a.name.String() {
				for _, data := range framesOf(t, upload) {
					once("sent", a, data)
				}
			}
		}
	}
}

// framesOf are the versions of an upload.
func framesOf(t *testing.T, upload io.Reader) (all [][]byte) {
	t.Helper()
	in := transport.NewUploadReader(upload)
	for {
		f, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		must(t, err)
		data, err := io.ReadAll(f)
		must(t, err)
		all = append(all, data)
	}
}
