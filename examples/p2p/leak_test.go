package main

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/witness"
)

// leak has an original pass the witness.
func leak(t *testing.T, w *witness.Witness) {
	t.Helper()
	original := make([]byte, 50_000)
	rand.Read(original) // never fails
	if err := w.Learn(t.Context(), bytes.NewReader(original), int64(len(original))); err != nil {
		t.Fatal(err)
	}
	reads := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) })
	w.Watch(reads).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(original)))
}
