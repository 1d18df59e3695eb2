package filestore

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

func BenchmarkStore(b *testing.B) {
	dirs := map[testing.TB]string{}
	transporttest.BenchmarkStore(b, func(t testing.TB) transport.Store {
		if dirs[t] == "" {
			dirs[t] = b.TempDir()
		}
		return opened(t, dirs[t])
	})
}

func opened(t testing.TB, dir string) *Store {
	s, err := Open(dir)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// Records of a benchmark have keys of 40 bytes, in no order, and values of 200.
const valueSize = 200

func keyOf(i int) string {
	random := rand.New(rand.NewPCG(1, uint64(i)))
	return fmt.Sprintf("kind/%016x%016x/%02x", random.Uint64(), random.Uint64(), i%256)
}

func changeOf(i int, seed byte) transport.Change {
	value := make([]byte, valueSize)
	value[0], value[1], value[2] = seed, byte(i), byte(i>>8)
	return transport.Change{Key: keyOf(i), Value: value}
}

// filled opens a store of n records.
func filled(b *testing.B, dir string, n int) *Store {
	s := opened(b, dir)
	for i := 0; i < n; {
		var batch transport.Batch
		for ; i < n && len(batch.Changes) < 5000; i++ {
			batch.Changes = append(batch.Changes, changeOf(i, 0))
		}
		must(b, errOf(s.Apply(b.Context(), batch)))
	}
	return s
}

var storedSizes = []int{10_000, 1_500_000}

// BenchmarkApply changes records, one with each batch, and compares that with writing and
// syncing the same bytes alone: at once of all callers, if they are several. of-bare is
// how often that could have been done meanwhile, to one.
func BenchmarkApply(b *testing.B) {
	for _, stored := range storedSizes {
		s := filled(b, b.TempDir(), stored)
		for _, callers := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("stored=%d/callers=%d", stored, callers), func(b *testing.B) {
				before, _ := s.log.sizes()
				took := together(b, callers, func(i int) {
					batch := transport.Batch{Changes: []transport.Change{changeOf(i*7919%stored, 1)}}
					must(b, errOf(s.Apply(b.Context(), batch)))
				})
				b.StopTimer()
				after, _ := s.log.sizes()
				bare := appendAlone(b, (after-before)/int64(b.N)*int64(callers), max(1, b.N/callers))
				b.ReportMetric(float64(bare)/float64(took), "of-bare")
			})
		}
	}
}

// together does something b.N times, from several callers at once.
func together(b *testing.B, callers int, do func(i int)) time.Duration {
	var next atomic.Int64
	var all sync.WaitGroup
	start := time.Now()
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
				do(i)
			}
		})
	}
	all.Wait()
	return time.Since(start)
}

// appendAlone appends some bytes to a file and syncs it, again and again.
func appendAlone(b *testing.B, size int64, times int) time.Duration {
	f, err := os.Create(filepath.Join(b.TempDir(), "f"))
	must(b, err)
	defer f.Close()
	data := make([]byte, max(size, 1))
	start := time.Now()
	for range times {
		_, err := f.Write(data)
		must(b, err)
		must(b, f.Sync())
	}
	return time.Since(start)
}

// BenchmarkOpen opens a store of many records, and reports the memory of one and its bytes
// on the disk.
func BenchmarkOpen(b *testing.B) {
	for _, stored := range storedSizes {
		b.Run(fmt.Sprintf("stored=%d", stored), func(b *testing.B) {
			dir := b.TempDir()
			must(b, filled(b, dir, stored).Close())
			for b.Loop() {
				s, err := Open(dir)
				must(b, err)
				b.StopTimer()
				must(b, s.Close())
				b.StartTimer()
			}
			before := heap()
			s := opened(b, dir)
			b.ReportMetric(float64(heap()-before)/float64(stored), "heapB/record")
			for what, pattern := range map[string]string{"logB": "log/*.log", "hintB": "log/*.hint"} {
				b.ReportMetric(float64(sizeOf(b, filepath.Join(dir, pattern)))/float64(stored), what+"/record")
			}
			must(b, s.Close())
		})
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func sizeOf(b *testing.B, pattern string) (size int64) {
	names, err := filepath.Glob(pattern)
	must(b, err)
	for _, name := range names {
		info, err := os.Stat(name)
		must(b, err)
		size += info.Size()
	}
	return size
}

// BenchmarkCompaction has a store of 155 MB, of which as much again is out of date, and
// has 8 callers change records, 20 with each batch, while 2 read, with and without a
// compaction beside it. It reports the longest Apply and Get, and what one in a thousand
// takes at least, and the bytes that were compacted.
func BenchmarkCompaction(b *testing.B) {
	const stored = 155_000_000 / (valueSize + 60)
	for _, compacts := range []bool{false, true} {
		b.Run(fmt.Sprintf("compacts=%t", compacts), func(b *testing.B) {
			s := filled(b, b.TempDir(), stored)
			s.log.limits.smallest = 1 << 40
			for from := range stored / 5000 {
				var batch transport.Batch
				for i := range 5000 {
					batch.Changes = append(batch.Changes, changeOf((from*5000+i)*7919%stored, 1))
				}
				must(b, errOf(s.Apply(b.Context(), batch)))
			}
			if compacts {
				s.log.limits = usual
			}
			b.ResetTimer()
			measurePauses(b, s, stored)
		})
	}
}

func measurePauses(b *testing.B, s *Store, stored int) {
	var all sync.WaitGroup
	var changed atomic.Int64
	took := map[string][][]time.Duration{"Apply": make([][]time.Duration, 8), "Get": make([][]time.Duration, 2)}
	for what, callers := range took {
		for caller := range callers {
			all.Go(func() {
				random := rand.New(rand.NewPCG(7, uint64(caller)))
				for changed.Load() < int64(b.N) {
					var batch transport.Batch
					for n := range 20 {
						batch.Changes = append(batch.Changes, changeOf(random.IntN(stored/20)*20+n, 1))
					}
					start := time.Now()
					if what == "Apply" {
						must(b, errOf(s.Apply(b.Context(), batch)))
						changed.Add(1)
					} else {
						must(b, errOf(s.Get(b.Context(), batch.Changes[0].Key)))
					}
					callers[caller] = append(callers[caller], time.Since(start))
				}
			})
		}
	}
	all.Wait()
	for what, callers := range took {
		times := slices.Sorted(slices.Values(slices.Concat(callers...)))
		b.ReportMetric(float64(times[len(times)-1].Microseconds())/1000, "ms-longest-"+what)
		b.ReportMetric(float64(times[len(times)*999/1000].Microseconds())/1000, "ms-p99.9-"+what)
	}
	b.ReportMetric(float64(s.log.segments[0].number)*float64(usual.largest)/1e6, "MB-compacted")
}

// BenchmarkLargeBlob reads a large blob from its file, and the file alone.
func BenchmarkLargeBlob(b *testing.B) {
	s := opened(b, b.TempDir())
	const size = 16 << 20
	must(b, put(b, s, "large", noise(1, size)))
	p := make([]byte, 64<<10)
	f, err := os.Open(s.files.path("blobs", "large"))
	must(b, err)
	defer f.Close()
	blob, err := s.Open(b.Context(), "large")
	must(b, err)
	for name, r := range map[string]interface {
		ReadAt(p []byte, off int64) (int, error)
	}{"blob": blob, "file": f} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			for i := 0; b.Loop(); i++ {
				must(b, errOf(r.ReadAt(p, int64(i)*int64(len(p))%size)))
			}
		})
	}
}
