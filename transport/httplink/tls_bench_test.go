package httplink_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// BenchmarkLink reads 16 MiB from a station, in the clear and over TLS by each protocol.
func BenchmarkLink(b *testing.B) {
	for _, protocol := range []string{"clear", "http/1.1", "h2"} {
		b.Run(protocol, func(b *testing.B) {
			url, o := serveMany(b, protocol, 16<<20)
			client := httplink.NewClient(url, nil, o)
			b.SetBytes(16 << 20)
			for b.Loop() {
				stream, err := client.Originals(b.Context(), collection.Name{}, transport.BitsOf(0))
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, stream); err != nil || n != 16<<20 {
					b.Fatal(n, err)
				}
				stream.Close()
			}
		})
	}
}

// serveMany serves so many bytes as originals over a protocol.
func serveMany(b *testing.B, protocol string, size int64) (url string, o httplink.Options) {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	public, err := signature.NewPublicKey(key.Public())
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/cbor-seq")
		_, _ = io.CopyN(w, zeros{}, size)
	}))
	b.Cleanup(server.Close)
	if protocol == "clear" {
		server.Start()
		return server.URL, o
	}
	if server.TLS, err = httplink.ServerTLS(key); err != nil {
		b.Fatal(err)
	}
	server.TLS.NextProtos, server.EnableHTTP2 = []string{protocol}, protocol == "h2"
	server.StartTLS()
	return server.URL, httplink.Options{Key: public.ID(), HTTP: &http.Client{Transport: httplink.NewTransport(nil)}}
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
