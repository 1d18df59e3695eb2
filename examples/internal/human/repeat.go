package human

import (
	"sync"
	"time"
)

// Repeat does something at an interval until stop is called, which waits until it
// does it no more.
func Repeat(interval time.Duration, do func()) (stop func()) {
	ticker, ended := time.NewTicker(interval), make(chan struct{})
	var doing sync.WaitGroup
	doing.Go(func() {
		for {
			select {
			case <-ticker.C:
				do()
			case <-ended:
				return
			}
		}
	})
	return func() {
		ticker.Stop()
		close(ended)
		doing.Wait()
	}
}
