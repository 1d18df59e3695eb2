package mediafiles

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/media"
)

// The icon of a document has its extension, unless that is wrong.
func TestTypeName(t *testing.T) {
	for _, c := range [][3]string{
		{"tickets.pdf", "application/pdf", ".pdf"}, {"sidecar.AAE", "text/xml; charset=utf-8", ".AAE"},
		{"photo.jpg", "text/plain; charset=utf-8", "TXT"}, {"README", "text/plain", "TXT"},
		{"film.png", "application/octet-stream", "FILE"}, {"x", "audio/mpeg", "mpeg"},
		{"FILM.MOV", "application/octet-stream", "FILE"}, {"logo.svg", "text/plain; charset=utf-8", ".svg"},
		{"layers.psd", "application/octet-stream", ".psd"}, {"scan.jp2", "application/octet-stream", ".jp2"},
	} {
		if got := typeName(c[0], c[1]); got != c[2] {
			t.Errorf("%s: %q instead of %q", c[0], got, c[2])
		}
	}
}

// What takes too long is shared without a thumbnail, and somebody is told. When the user
// interrupts, nothing is shared instead.
func TestTooLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jpg")
	if err := os.WriteFile(path, []byte("\xff\xd8\xff\xe0 and so on"), 0o600); err != nil {
		t.Fatal(err)
	}
	interrupted := errors.New("interrupted")
	for _, cause := range []error{errPatience, interrupted} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		var why error
		folder := Folder{Unshown: func(_ collection.ItemID, told error) { why = told }}
		item, err := folder.Add(ctx, collection.ItemID{1}, path)
		if shared := !item.ID.IsZero(); shared != (cause == errPatience) || shared != errors.Is(why, errPatience) || shared == (err == interrupted) {
			t.Errorf("%v: shared %v, %v, %v", cause, shared, why, err)
		}
		if e, ok := errors.AsType[*media.Error](why); ok && e.Kind.Error() != "ffmpeg took longer than 1m0s" {
			t.Error(e.Kind)
		}
	}
}
