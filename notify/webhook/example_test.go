package webhook_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/notify/webhook"
)

// A program receives events: it answers 2xx to those that it has taken.
func ExampleReceive() {
	http.HandleFunc("/hook", func(w http.ResponseWriter, r *http.Request) {
		e, err := webhook.Receive(r, secret, time.Now())
		if err != nil {
			http.Error(w, "no event", http.StatusBadRequest)
			return
		}
		fmt.Println(e.Type, e.Data.Title) // unless e.ID came before
		w.WriteHeader(http.StatusNoContent)
	})
	_, err := webhook.Receive(&http.Request{Body: http.NoBody}, secret, time.Now())
	fmt.Println(err)
	// Output: webhook: signature
}
