package program

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

// Grace is for how long a service that is told to stop lets go on what is under way.
const Grace = 30 * time.Second

// Serve serves a handler, and has a station run, until ctx ends or one of them fails; then
// both stop, the station first. TLS is nil for a service behind a proxy. Bodies have no
// deadlines: the handler sees to that.
func Serve(ctx context.Context, l net.Listener, h http.Handler, config *tls.Config, run func(context.Context) error) error {
	server := &http.Server{
		Handler: h, TLSConfig: config, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: log.New(io.Discard, "", 0), // of handshakes that fail
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		err := run(ctx) // until ctx ends
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), Grace)
		defer cancel()
		ended <- errors.Join(err, server.Shutdown(grace))
	}()
	serve := server.Serve
	if config != nil {
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	err := serve(l)
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, <-ended)
}

// Ready tells systemd that the service is ready, where that has started it:
// sd_notify(3). Elsewhere nothing happens.
func Ready() {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return
	}
	if c, err := net.Dial("unixgram", name); err == nil {
		io.WriteString(c, "READY=1")
		c.Close()
	}
}
