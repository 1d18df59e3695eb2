package httplink_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestRefusedCertificate: who shows a certificate that is refused answers, and is not who was
// meant; that is not the error of a station that is off.
func TestRefusedCertificate(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler()) // of no authority that the client knows
	defer s.Close()
	link := httplink.NewClient(s.URL, nil, httplink.Options{})
	_, err := link.Updates(t.Context(), collection.Name{})
	if !errors.Is(err, transport.ErrPeerKey) || errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("a certificate that is refused: %v", err)
	}
	s.Close()
	if _, err := link.Updates(t.Context(), collection.Name{}); !errors.Is(err, transport.ErrUnreachable) || errors.Is(err, transport.ErrPeerKey) {
		t.Errorf("a station that is off: %v", err)
	}
}
