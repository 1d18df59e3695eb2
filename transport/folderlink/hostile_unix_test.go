//go:build unix

package folderlink_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/folderlink"
)

// TestPipes: what would keep whoever opens it waiting is left out.
func TestPipes(t *testing.T) {
	k := newCard(t, 2)
	labtest.Must(t, os.Remove(k.photo(0)))
	labtest.Must(t, syscall.Mkfifo(k.photo(0), 0o600))
	got, err := k.takes(k.atHome(), folderlink.Options{})
	if err != nil || len(got.Left) != 1 || !errors.Is(got.Left[0].Err, transport.ErrNotFound) {
		t.Errorf("left %v, %v", got.Left, err)
	}
	k.published(1)
}
