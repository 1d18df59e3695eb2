package s3store_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/s3store"
)

// TestReplacedWhileRead: a server may say of the bytes of one upload that they are of the
// version that it replaced, as versitygw does: it looks at the version's name before it
// opens the file.
func TestReplacedWhileRead(t *testing.T) {
	old, now := bytes.Repeat([]byte("o"), 400_000), bytes.Repeat([]byte("n"), 300_000)
	for name, c := range map[string]struct {
		mistaken int // which answer says v1 and is of v2
		want     []byte
	}{
		"first answer":  {1, now},
		"second answer": {2, old},
	} {
		t.Run(name, func(t *testing.T) {
			answers := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				query := r.URL.Query()
				if query.Has("versioning") {
					_, _ = io.WriteString(w, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
					return
				}
				answers++
				says, data, upload := "v1", old, "first"
				if v := query.Get("versionId"); v == "v2" || v == "" && answers > c.mistaken {
					says = "v2"
				}
				if says == "v2" || answers == c.mistaken {
					data, upload = now, "second"
				}
				w.Header().Set("x-amz-version-id", says)
				w.Header().Set("x-amz-meta-upload", upload)
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
			}))
			defer server.Close()
			s := open(t, server.URL, s3store.Config{Bucket: "b"})
			b, err := s.Open(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			if _, err := io.Copy(&got, io.NewSectionReader(b, 0, b.Size())); err != nil || got.String() != string(c.want) {
				t.Errorf("%d bytes, begin with %.1q, end with %.1q, %v", got.Len(), got.String(), got.String()[max(0, got.Len()-1):], err)
			}
		})
	}
}
