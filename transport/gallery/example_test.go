package gallery_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// Example mounts a gallery in a server that knows its users: they are signed in without another
// password.
func Example() {
	signer, err := signature.NewSigner(ed25519.NewKeyFromSeed(make([]byte, 32)), nil)
	if err != nil {
		panic(err)
	}
	h, err := hub.New(context.Background(), signer, hub.Config{})
	if err != nil {
		panic(err)
	}
	g, err := gallery.New(gallery.OfHub(h, httplink.HandlerOptions{}), gallery.Config{URL: "https://photos.example.org"})
	if err != nil {
		panic(err)
	}
	ann, err := h.Accounts().Register(context.Background(), hub.Person{Name: "Ann"})
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", g)
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) { // once it knows who that is
		if err := g.SignIn(w, r, ann); err != nil {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})

	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, httptest.NewRequest("GET", "/login", nil))
	page := httptest.NewRequest("GET", "/", nil)
	page.AddCookie(answer.Result().Cookies()[0])
	answer = httptest.NewRecorder()
	mux.ServeHTTP(answer, page)
	fmt.Println(answer.Code)
	// Output: 200
}
