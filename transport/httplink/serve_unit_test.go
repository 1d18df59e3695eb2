package httplink

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestCloseServer: a request that does not end is broken off when the time is over, and its
// handler hears of it.
func TestCloseServer(t *testing.T) {
	inside, ended := make(chan bool), make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		inside <- true
		<-r.Context().Done()
		ended <- true
	}))
	failed := make(chan error, 1)
	go func() {
		_, err := http.Get(server.URL)
		failed <- err
	}()
	<-inside
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := closeServer(over, server.Config); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if <-ended; <-failed == nil {
		t.Error("the request is answered")
	}
}
