package httplink

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// shutdown is how long Serve waits for requests that are under way at its end.
const shutdown = 30 * time.Second

// Serve serves a station's handler on a listener, and has the station run, as hub.Hub.Run and
// peer.Peer.Run do, until ctx ends or one of them fails; then both stop, the station first, so
// that nothing is acknowledged that it does not keep. A nil config is for a service behind a
// proxy, without TLS; see [ServerTLS]. A header is to come within 10 seconds; bodies have no
// deadlines: the handler sees to that. The listener is closed. The error is that of the station
// and of the listener, nil where ctx has ended it.
func Serve(ctx context.Context, l net.Listener, h http.Handler, config *tls.Config, run func(context.Context) error) error {
	server := &http.Server{
		Handler: h, TLSConfig: config, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: log.New(io.Discard, "", 0), // of handshakes that fail
	}
	defer l.Close() // also where TLS cannot begin
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		err := run(ctx) // until ctx ends
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
		defer cancel()
		ended <- errors.Join(err, closeServer(grace, server))
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

// closeServer waits for requests that are under way, and breaks them off when ctx ends.
func closeServer(ctx context.Context, server *http.Server) error {
	err := server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, server.Close())
	}
	return err
}
