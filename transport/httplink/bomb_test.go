package httplink

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// allocates returns how many bytes are allocated meanwhile, by all.
func allocates(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// bomb is a message of one field that is a list of 65536 elements.
func bomb(key byte, element ...byte) []byte {
	return append([]byte{0xa1, key, 0x9a, 0, 1, 0, 0}, bytes.Repeat(element, 1<<16)...)
}

// TestBombs: neither a station nor who asks it makes room for what a message only claims.
func TestBombs(t *testing.T) {
	bombs := map[string][]byte{
		"empty maps": bomb(1, 0xa0), "sources": bomb(4, 0xa0), "empty bytes": bomb(9, 0x40),
		"nested": bytes.Repeat([]byte{0x81}, 1<<16), "indefinite": bytes.Repeat([]byte{0x9f}, 1<<16),
		"a length": {0xa1, 1, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, "a count": {0xa1, 6, 0x9a, 0xff, 0xff, 0xff, 0xff},
	}
	const most = 2 << 20 // bytes, for 64 KiB that come
	for what, body := range bombs {
		for _, path := range []string{"share", "push?share=65543", "announce", "feed", "deliveries", "verify", "ids", "versions" + name + "/0"} {
			s := new(stub)
			var w *httptest.ResponseRecorder
			n := allocates(func() {
				w = answer(s.handler(HandlerOptions{Who: anybody{}}), "POST", "/v1/"+path, bytes.NewReader(body))
			})
			if w.Code != http.StatusBadRequest || s.calls > 0 || n > most {
				t.Errorf("%s at %s: %d, %d calls, %d bytes allocated", what, path, w.Code, s.calls, n)
			}
		}
		c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Write(body)
		}))
		for _, call := range []string{"share", "push", "upload", "announce", "collection", "updates", "changes", "verify", "ids", "settings", "glimpse"} {
			var err error
			n := allocates(func() { err = calls[call](t.Context(), c) })
			if !errors.Is(err, transport.ErrMalformed) || n > most {
				t.Errorf("%s answer %s: %v, %d bytes allocated", what, call, err, n)
			}
		}
	}
}
