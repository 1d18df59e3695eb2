package transport_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// TestEncodedFrame: a frame that was read is written as it came.
func TestEncodedFrame(t *testing.T) {
	body := upload(t, []version{{7, 2, 300, []byte("data")}}, 0, nil)
	f, err := transport.NewUploadReader(bytes.NewReader(body)).Next()
	must(t, err)
	again, err := io.ReadAll(f.Encoded())
	must(t, err)
	if !bytes.HasPrefix(body, again) || len(body)-len(again) != 3 {
		t.Errorf("%x became %x", body, again)
	}
}

// TestReady: what follows a frame is ready once all of it has come, and the frame was read.
func TestReady(t *testing.T) {
	body := upload(t, []version{{0, 0, 0, []byte("first")}, {1, 0, 0, []byte("second")}}, 0, nil)
	second := len(body) - 3 // its end
	for n := range len(body) + 1 {
		r := transport.NewUploadReader(io.MultiReader(bytes.NewReader(body[:n]), waits{}))
		for _, end := range []int{second, len(body)} {
			f, err := r.Next()
			if err != nil {
				break
			}
			if r.Ready() {
				t.Errorf("%d bytes have come: ready before the frame before was read", n)
			}
			if _, err = io.ReadAll(f); err == nil && r.Ready() != (n >= end) {
				t.Errorf("%d bytes have come: ready %v", n, r.Ready())
			}
		}
	}
}

// waits is a connection on which nothing comes for too long.
type waits struct{}

func (waits) Read([]byte) (int, error) { return 0, errors.New("too long") }
