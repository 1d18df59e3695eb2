// Package natstest runs a NATS server within a test.
package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is a NATS server in this process, which can go away and come back.
type Server struct {
	URL string

	options server.Options
	running *server.Server
}

// Start starts a server, at a port of its own. It ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{options: server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true}}
	s.Resume(t)
	s.URL = s.running.ClientURL()
	t.Cleanup(s.Stop)
	return s
}

// Stop ends the server: its connections break, and nobody answers at its URL.
func (s *Server) Stop() {
	s.running.Shutdown()
	s.running.WaitForShutdown()
}

// Resume starts a server that was stopped, at the same URL.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	options := s.options
	running, err := server.NewServer(&options)
	if err != nil {
		t.Fatal(err)
	}
	running.Start()
	if !running.ReadyForConnections(20 * time.Second) {
		t.Fatal("no NATS server at ", running.ClientURL())
	}
	s.running, s.options.Port = running, options.Port
}
