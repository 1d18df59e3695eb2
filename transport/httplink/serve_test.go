package httplink_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestServe: the station runs as long as it is served, and the other way round.
func TestServe(t *testing.T) {
	failed := errors.New("the station failed")
	untilEnd := func(ctx context.Context) error { <-ctx.Done(); return nil }
	for what, c := range map[string]struct {
		run  func(context.Context) error
		stop func(net.Listener, context.CancelFunc)
		want error
	}{
		"told to stop":       {untilEnd, func(_ net.Listener, stop context.CancelFunc) { stop() }, nil},
		"the station fails":  {func(context.Context) error { return failed }, func(net.Listener, context.CancelFunc) {}, failed},
		"the listener fails": {untilEnd, func(l net.Listener, _ context.CancelFunc) { l.Close() }, net.ErrClosed},
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		ctx, stop := context.WithCancel(t.Context())
		answered := make(chan error, 1)
		run := func(ctx context.Context) error {
			r, err := http.Get("http://" + l.Addr().String())
			if err == nil {
				err = r.Body.Close()
			}
			answered <- err
			return c.run(ctx)
		}
		go func() {
			if err := <-answered; err != nil {
				t.Errorf("%s: not served: %v", what, err)
			}
			c.stop(l, stop)
		}()
		h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
		if err := httplink.Serve(ctx, l, h, nil, run); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
		stop()
		if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
			t.Errorf("%s: it still listens", what)
		}
	}
}
