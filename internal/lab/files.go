package lab

import (
	"context"
	"io"
	"math/rand/v2"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/memstore"
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

// Blobs lists the keys of all blobs, as no process sees them.
func (f *Files) Blobs() (keys []string) {
	for b, err := range f.look().List(context.Background(), "", "", 0) {
		if err == nil {
			keys = append(keys, b.Key)
		}
	}
	return keys
}

// Blob returns the bytes of a blob, as no process sees them; nil if it is not there.
func (f *Files) Blob(key string) []byte {
	b, err := f.look().Open(context.Background(), key)
	if err != nil {
		return nil
	}
	defer b.Close()
	data, _ := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	return data
}

// look returns the store on a copy of the disk, an empty one if it cannot be opened.
func (f *Files) look() transport.Store {
	s, err := filestore.OpenOn(f.Clone().Boot(), "store")
	if err != nil {
		return new(memstore.Store)
	}
	return s
}
