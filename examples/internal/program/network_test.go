package program

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// fakeNetwork is one on which stations are at URLs that end with .example, and which notes whom
// it is asked for.
type fakeNetwork struct {
	Network
	reaches bool // those who are on it
	asked   []string
}

func (*fakeNetwork) On(url string) bool { return strings.HasSuffix(url, ".example") }

func (n *fakeNetwork) Transport(http.RoundTripper) http.RoundTripper { return n }

// RoundTrip has all that are reached answer that nothing is there.
func (n *fakeNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.asked = append(n.asked, r.URL.Host)
	if n.On(r.URL.Host) && !n.reaches {
		return nil, transport.At(transport.ErrUnreachable, r.URL.Host)
	}
	answer := httptest.NewRecorder()
	answer.WriteHeader(http.StatusNotFound)
	return answer.Result(), nil
}

// TestDialerTwoWays: originals of a station that is on the network come from there, and over HTTP
// where it is not reached there; what it answers there counts.
func TestDialerTwoWays(t *testing.T) {
	key, err := LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const web, there = "https://home.test", "https://home.example"
	e, err := collection.Endpoint{Key: key.Public().ID(), Number: 1, URLs: []string{web, there}}.Sign(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	source := transport.Source{URL: web}
	if source.Endpoint, err = e.MarshalBinary(); err != nil {
		t.Fatal(err)
	}
	asks := map[string]func(context.Context, transport.Home) error{
		"one": func(ctx context.Context, h transport.Home) error {
			_, err := h.Original(ctx, transport.Ref{}, 0, -1)
			return err
		},
		"many": func(ctx context.Context, h transport.Home) error {
			_, err := h.Originals(ctx, collection.Name{}, transport.BitsOf(0))
			return err
		},
	}
	for name, ask := range asks {
		for reaches, want := range map[bool][]string{true: {"home.example"}, false: {"home.example", "home.test"}} {
			on := &fakeNetwork{reaches: reaches}
			home := Dialer(httplink.Caller{Signer: key}, on)(source)
			if err := ask(t.Context(), home); err == nil || !slices.Equal(slices.Compact(on.asked), want) {
				t.Errorf("%s, reached %v: asked %v, %v", name, reaches, on.asked, err)
			}
		}
	}
}
