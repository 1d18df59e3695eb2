package s3store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/s3store"
	"github.com/glimpse-go/glimpse/transport/s3store/s3test"
)

// TestServerKilled: the server is killed under load several times. What was committed is
// there, and what was not is an error of the contract.
func TestServerKilled(t *testing.T) {
	server := s3test.Start(t)
	s := open(t, server.URL, s3store.Config{Bucket: server.Bucket(t), Timeout: 2 * time.Second})
	var committed, failed []string
	var mu sync.Mutex
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for id := range 4 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				key := fmt.Sprintf("%d/%d", id, i)
				err := write(t.Context(), s, key, content(small))
				mu.Lock()
				if err == nil {
					committed = append(committed, key)
				} else {
					failed = append(failed, key)
				}
				mu.Unlock()
				if err != nil && !errors.Is(err, transport.ErrStorage) {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		waitFor(&mu, &committed, 50)
		server.Kill()
		server.Resume(t)
	}
	waitFor(&mu, &committed, 50)
	close(stop)
	writers.Wait()
	for _, key := range committed {
		if err := read(t.Context(), s, key, small); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	t.Logf("%d committed, %d failed", len(committed), len(failed))
}

// waitFor waits until a list has n entries more than now.
func waitFor(mu *sync.Mutex, list *[]string, n int) {
	length := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(*list)
	}
	for from := length(); length() < from+n; {
		time.Sleep(time.Millisecond)
	}
}
