package transporttest

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// stored is how many records the store of a benchmark has that is not empty.
var stored = flag.Int("stored", 10_000, "records in the store that BenchmarkStore measures beside an empty one")

// smallValue is the value of a record as most are.
var smallValue = noise(1, 200)

// BenchmarkStore measures a store that is empty, and one with as many records as the
// flag -stored says. Open is as in Store; what it returns is used by one benchmark
// after the other.
func BenchmarkStore(b *testing.B, open func(t testing.TB) transport.Store) {
	for _, n := range []int{0, *stored} {
		b.Run(fmt.Sprintf("stored=%d", n), func(b *testing.B) {
			s := open(b)
			fill(b, s, n)
			benchReads(b, s, max(n, 1000))
			benchApply(b, s)
			benchContention(b, s)
			benchBlobs(b, s)
		})
	}
}

// fill stores records in large batches.
func fill(b *testing.B, s transport.Store, n int) {
	b.Helper()
	for from := 0; from < n; from += 5000 {
		var changes []transport.Change
		for i := from; i < min(n, from+5000); i++ {
			changes = append(changes, transport.Change{Key: recordKey(i), Value: smallValue})
		}
		set(b, s, changes...)
	}
}

func recordKey(i int) string { return fmt.Sprintf("stored/%09d", i) }

// benchReads reads among n records, of which none is there in an empty store.
func benchReads(b *testing.B, s transport.Store, n int) {
	for _, keys := range []int{1, 100} {
		b.Run(fmt.Sprintf("Get/keys=%d", keys), func(b *testing.B) {
			names := make([]string, keys)
			for b.Loop() {
				for i := range names {
					names[i] = recordKey(rand.IntN(n))
				}
				_, err := s.Get(b.Context(), names...)
				want(b, err, nil)
			}
		})
	}
	for _, limit := range []int{10, 1000} {
		b.Run(fmt.Sprintf("Scan/limit=%d", limit), func(b *testing.B) {
			for b.Loop() {
				want(b, firstError(s.Scan(b.Context(), "stored/", recordKey(rand.IntN(n)), limit)), nil)
			}
		})
	}
}

// benchApply makes batches of four records, which it removes in the end.
func benchApply(b *testing.B, s transport.Store) {
	for _, callers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("Apply/callers=%d", callers), func(b *testing.B) {
			together(b, callers, func(ctx context.Context, i int) error {
				var batch transport.Batch
				for part := range 4 {
					key := fmt.Sprintf("bench/%d/%d", i%10_000, part)
					batch.Changes = append(batch.Changes, transport.Change{Key: key, Value: smallValue})
				}
				_, err := s.Apply(ctx, batch)
				return err
			})
			clean(b, s)
		})
	}
}

// together makes b.N calls from several callers at once.
func together(b *testing.B, callers int, call func(ctx context.Context, i int) error) {
	b.Helper()
	var next atomic.Int64
	b.ResetTimer()
	atOnce(b, callers, func(int) error {
		for {
			i := int(next.Add(1))
			if i > b.N {
				return nil
			}
			if err := call(b.Context(), i); err != nil {
				return err
			}
		}
	})
	b.StopTimer()
}

// clean removes what a benchmark has set.
func clean(b *testing.B, s transport.Store) {
	b.Helper()
	for {
		var changes []transport.Change
		for r, err := range s.Scan(b.Context(), "bench/", "", 10_000) {
			want(b, err, nil)
			changes = append(changes, gone(r.Key))
		}
		if len(changes) == 0 {
			return
		}
		set(b, s, changes...)
	}
}

// benchContention reads a record and writes it on the condition that nobody else has in
// between, with others that do the same. It tells how many conflicts a change costs.
func benchContention(b *testing.B, s transport.Store) {
	for _, callers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("Update/callers=%d", callers), func(b *testing.B) {
			var reads atomic.Int64
			together(b, callers, func(context.Context, int) error {
				return update(b, s, "bench/count", func(old string) string {
					reads.Add(1)
					return plus(1)(old)
				})
			})
			b.ReportMetric(float64(reads.Load())/float64(b.N)-1, "conflicts/op")
			has(b, s, "bench/count", strconv.Itoa(b.N))
			clean(b, s)
		})
	}
}

// benchBlobs commits and reads blobs.
func benchBlobs(b *testing.B, s transport.Store) {
	for _, size := range []int{4 << 10, 1 << 20} {
		data := string(noise(2, size))
		for _, callers := range []int{1, 8} {
			b.Run(fmt.Sprintf("Commit/size=%d/callers=%d", size, callers), func(b *testing.B) {
				b.SetBytes(int64(size))
				together(b, callers, func(_ context.Context, i int) error {
					return upload(b, s, fmt.Sprintf("bench/%d", i), data)
				})
				for i := range b.N {
					want(b, s.Delete(b.Context(), fmt.Sprintf("bench/%d", i+1)), nil)
				}
			})
		}
		put(b, s, "bench/read", data)
		b.Run(fmt.Sprintf("Open/size=%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			p := make([]byte, size)
			for b.Loop() {
				blob, err := s.Open(b.Context(), "bench/read")
				want(b, err, nil)
				if _, err = blob.ReadAt(p, 0); err != io.EOF {
					want(b, err, nil)
				}
				want(b, blob.Close(), nil)
			}
		})
	}
}
