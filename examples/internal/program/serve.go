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

// Serve serves a handler until ctx ends, and then stops: first what stop ends, such as a
// station, and then the connections. TLS is nil for a service behind a proxy. Bodies
// have no deadlines: the handler sees to that.
func Serve(ctx context.Context, l net.Listener, h http.Handler, config *tls.Config, stop func(context.Context) error) error {
	server := &http.Server{
		Handler: h, TLSConfig: config, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: log.New(io.Discard, "", 0), // of handshakes that fail
	}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), Grace)
		defer cancel()
		ended <- errors.Join(stop(grace), server.Shutdown(grace))
	}()
	var err error
	if config != nil {
		err = server.ServeTLS(l, "", "")
	} else {
		err = server.Serve(l)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
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
