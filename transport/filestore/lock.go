package filestore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/transport"
)

// ErrLocked says that another process uses the folder.
var ErrLocked = fmt.Errorf("%w: used by another process", transport.ErrStorage)

// lock keeps other processes out of a folder until the file is closed, or the
// process ends in whatever way.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, storage(err)
	}
	if err := lockFile(f); err != nil {
		return nil, storage(errors.Join(err, f.Close()))
	}
	return f, nil
}
