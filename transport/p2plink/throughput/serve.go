package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

const thumbnail, original = 0, 2 // the versions

// publish has Ann share the collection with everybody.
func (s *shelf) publish() (err error) {
	body := collection.Body{Items: s.items, Recipients: []collection.UserID{userOf(1), userOf(2), userOf(3), userOf(bob)}}
	s.name, err = s.homes[0].Author.Make(s.ctx, collection.Header{Title: "Throughput"}, body, s.open)
	if err == nil {
		err = s.homes[0].Author.Publish(s.ctx, s.name)
	}
	return err
}

// open is a device.MediaFunc.
func (s *shelf) open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	switch version {
	case thumbnail:
		return transport.BytesBlob(bytes.Repeat(item[:], 100)), nil
	case original:
		f, err := os.Open(s.file(item))
		return fileBlob{f, s.size}, err
	}
	return nil, transport.ErrNotFound
}

// fileBlob is an original in a file.
type fileBlob struct {
	*os.File
	size int64
}

// Size implements transport.Blob.
func (f fileBlob) Size() int64 { return f.size }

// serve serves a handler at a host until the shelf is closed.
func (s *shelf) serve(at *p2plink.Host, h http.Handler) {
	server := &http.Server{Handler: h}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(at.Listen()) // until it is closed
	}()
	s.ends = append(s.ends, func() error {
		err := server.Close()
		<-served
		return err
	})
}

// queue is what a line holds back while its sender is late, as long as it takes to go out.
const queue = 50 * time.Millisecond

// shaper is a handler whose answers go out at a speed, all of them together.
type shaper struct {
	handler http.Handler
	speed   atomic.Int64 // bytes a second; 0 = as fast as it can

	mu   sync.Mutex
	free time.Time // when what was written before has gone out
}

// ServeHTTP implements http.Handler.
func (s *shaper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.speed.Load() > 0 {
		w = shaped{w, s}
	}
	s.handler.ServeHTTP(w, r)
}

// wait waits until n more bytes have gone out.
func (s *shaper) wait(n int) {
	s.mu.Lock()
	if late := time.Now().Add(-queue); s.free.Before(late) {
		s.free = late
	}
	s.free = s.free.Add(time.Duration(n) * time.Second / time.Duration(s.speed.Load()))
	until := s.free
	s.mu.Unlock()
	time.Sleep(time.Until(until))
}

type shaped struct {
	http.ResponseWriter
	by *shaper
}

// Write implements http.ResponseWriter.
func (s shaped) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		var k int
		part := p[:min(len(p), 16<<10)]
		s.by.wait(len(part))
		k, err = s.ResponseWriter.Write(part)
		n, p = n+k, p[len(part):]
	}
	return n, err
}

// Unwrap is what http.ResponseController calls.
func (s shaped) Unwrap() http.ResponseWriter { return s.ResponseWriter }
