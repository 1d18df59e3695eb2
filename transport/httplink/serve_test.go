package httplink_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestServe: the station runs as long as it is served, and the other way round.
func TestServe(t *testing.T) {
	failed := errors.New("the station failed")
	for what, c := range map[string]struct {
		run  func(context.Context) error
		stop func(net.Listener, context.CancelFunc)
		want error
	}{
		"told to stop":       {untilEnd, func(_ net.Listener, stop context.CancelFunc) { stop() }, nil},
		"the station fails":  {func(context.Context) error { return failed }, func(net.Listener, context.CancelFunc) {}, failed},
		"the station ends":   {func(context.Context) error { return nil }, func(net.Listener, context.CancelFunc) {}, nil},
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

func untilEnd(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// TestServeEndsBeforeItBegins: what is told to stop before it serves, or cannot serve, has the
// station run and stop all the same, and leaves no listener behind.
func TestServeEndsBeforeItBegins(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	for what, c := range map[string]struct {
		ctx    context.Context
		config *tls.Config
		before func(net.Listener)
		fails  bool
	}{
		"told to stop":         {ended, nil, func(net.Listener) {}, false},
		"a listener that ends": {t.Context(), nil, func(l net.Listener) { l.Close() }, true},
		"no certificate":       {t.Context(), new(tls.Config), func(net.Listener) {}, true},
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		c.before(l)
		stopped := 0
		run := func(ctx context.Context) error {
			defer func() { stopped++ }()
			return untilEnd(ctx)
		}
		if err := httplink.Serve(c.ctx, l, http.NotFoundHandler(), c.config, run); (err != nil) != c.fails || stopped != 1 {
			t.Errorf("%s: %v, stopped %d times", what, err, stopped)
		}
		if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
			t.Errorf("%s: it still listens", what)
		}
	}
}

// TestServeFinishes: requests that are under way when it is told to stop are answered, in full,
// after the station has stopped.
func TestServeFinishes(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	const n = 8
	var inside sync.WaitGroup
	inside.Add(n)
	stationStopped := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inside.Done()
		<-stationStopped
		_, _ = io.WriteString(w, "whole")
	})
	answers := make(chan string, n)
	for range n {
		go func() {
			r, err := http.Get("http://" + l.Addr().String())
			if err != nil {
				answers <- err.Error()
				return
			}
			data, err := io.ReadAll(r.Body)
			answers <- fmt.Sprint(string(data), err, r.Body.Close())
		}()
	}
	go func() {
		inside.Wait()
		stop()
	}()
	err = httplink.Serve(ctx, l, h, nil, func(ctx context.Context) error {
		defer close(stationStopped)
		return untilEnd(ctx)
	})
	check(t, err)
	for range n {
		if got := <-answers; got != "whole<nil> <nil>" {
			t.Error(got)
		}
	}
}
