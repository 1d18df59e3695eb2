package transport_test

import (
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

func TestHooks(t *testing.T) {
	var mu sync.Mutex
	work, received := map[string]int{}, int64(0)
	w := newWorld(t, hub.Config{Hooks: transport.Hooks{
		Work: func(what string, _ time.Duration, err error) {
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				work[what]++
			}
		},
		Received: func(n int64) {
			mu.Lock()
			defer mu.Unlock()
			received += n
		},
	}})
	cam := w.camera(w.user("ann"), 2)
	_, err := cam.Share(t.Context(), cam.hub, cam.make("title"))
	must(t, err)
	mu.Lock()
	defer mu.Unlock()
	if work["share"] != 1 || work["upload"] != 1 || received != 2*4096 {
		t.Errorf("work %v, %d bytes received", work, received)
	}
}
