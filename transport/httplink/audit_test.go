package httplink

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
)

// TestEvents: refusals are the events that package audit lists, once each, and say nothing
// of their errors' text.
func TestEvents(t *testing.T) {
	for _, c := range []struct {
		err  error
		want audit.Event
	}{
		{transport.ErrUnauthenticated, audit.Unauthenticated},
		{errForgotten, audit.Unauthenticated},
		{errReplayed, audit.Replayed},
		{errRevoked, audit.KeyRevoked},
		{transport.At(collection.ErrRevoked, "secret"), audit.KeyRevoked},
		{transport.At(collection.ErrBadSeal, "secret"), audit.SealRefused},
		{fmt.Errorf("secret: %w", transport.ErrForbidden), audit.Forbidden},
		{fmt.Errorf("secret: %w", transport.ErrQuota), audit.Quota},
		{brokenOff(os.ErrDeadlineExceeded), audit.Stalled},
		{sent(os.ErrDeadlineExceeded), audit.Stalled},
		{sent(transport.ErrClosed), ""},
		{transport.ErrNotFound, ""},
		{errors.New("secret"), ""},
	} {
		log := new(bytes.Buffer)
		s := newServer(HandlerOptions{Log: slog.New(slog.NewTextHandler(log, nil))})
		s.audit(httptest.NewRequest("GET", "/secret", nil), collection.UserID{1}, c.err)
		if n := strings.Count(log.String(), "event="); (n == 1) != (c.want != "") || !strings.Contains(log.String(), string(c.want)) || strings.Contains(log.String(), "secret") {
			t.Errorf("%v: %s, want %s", c.err, log, c.want)
		}
	}
	if f := transport.NewFault(errRevoked); !errors.Is(f, transport.ErrUnauthenticated) {
		t.Error(f)
	}
}
