package main

import (
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/human"
)

// follow draws how many bytes of a long exchange have been sent, until the
// function that it returns is called.
func (s *stage) follow(from, to string, total int64) (stop func()) {
	before := s.network.between(from, to).sent
	ticker, ended := time.NewTicker(100*time.Millisecond), make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() {
		for {
			select {
			case <-ticker.C:
				s.timeline.progress(from+" → "+to, s.network.between(from, to).sent-before, total, human.Size)
			case <-ended:
				return
			}
		}
	})
	return func() {
		ticker.Stop()
		close(ended)
		drawing.Wait()
	}
}
