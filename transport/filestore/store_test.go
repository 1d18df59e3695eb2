package filestore

import (
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// few has segments that are finished soon.
var few = limits{4 << 10, 64 << 10}

// TestStore runs the suite on a disk in memory, whose processes are killed, with
// segments of the usual length and with short ones.
func TestStore(t *testing.T) {
	for name, limits := range map[string]limits{"usual": usual, "short": few} {
		t.Run(name, func(t *testing.T) {
			disks := map[testing.TB]*disk.Memory{}
			transporttest.Store(t, func(t testing.TB) transport.Store {
				if disks[t] == nil {
					disks[t] = new(disk.Memory)
				}
				disks[t].Kill()
				s, err := openOn(disks[t].Boot(), "s", limits)
				must(t, err)
				return s
			})
		})
	}
}

// TestStoreInFolder runs the suite in a folder of the operating system.
func TestStoreInFolder(t *testing.T) {
	dirs, stores := map[testing.TB]string{}, map[testing.TB]*Store{}
	transporttest.Store(t, func(t testing.TB) transport.Store {
		if dirs[t] == "" {
			dirs[t] = t.TempDir()
			t.Cleanup(func() { stores[t].Close() })
		} else {
			must(t, stores[t].Close())
		}
		s, err := Open(dirs[t])
		must(t, err)
		stores[t] = s
		return s
	})
}
