package lab

import (
	"math/rand/v2"
	"strings"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
)

// Files are those of a file store, on a disk in memory that crashes at one of its
// steps: a process is killed, or the power fails and what was not synced is lost. The
// zero Files are those of an empty store.
type Files struct{ disk.Memory }

// Open begins a process: the store of an earlier one is dead.
func (f *Files) Open() (transport.Store, error) {
	f.Kill()
	f.Before = nil
	return filestore.OpenOn(f.Boot(), "store")
}

// CrashAfter has the disk crash after n more steps, in a way that random decides.
func (f *Files) CrashAfter(n int, random *rand.Rand) {
	f.Before = func(string) error {
		if n--; n >= 0 {
			return nil
		}
		if random.IntN(2) == 0 {
			f.Kill()
		} else {
			f.Fail(random)
		}
		return ErrCrashed
	}
}

const (
	blobs  = "store/blobs/"
	suffix = ".blob"
)

// Blobs lists the keys of all blobs, as no process sees them.
func (f *Files) Blobs() []string {
	keys := f.Memory.Files(blobs)
	for i, name := range keys {
		keys[i] = strings.TrimSuffix(strings.TrimPrefix(name, blobs), suffix)
	}
	return keys
}

// Blob returns the bytes of a blob.
func (f *Files) Blob(key string) []byte { return f.ReadFile(blobs + key + suffix) }
