package signature

import (
	"crypto/ed25519"
	"slices"
	"testing"
	"time"
)

// BenchmarkAgainstBare alternates each operation with the bare Ed25519 one on a
// statement of 100 bytes, so that both meet the same machine, and reports the
// medians and their ratio.
func BenchmarkAgainstBare(b *testing.B) {
	key, err := GenerateKey(entropy(1))
	if err != nil {
		b.Fatal(err)
	}
	s, said := signerFor(b, key), statement[:100]
	ring := holding(b, s)
	seal, err := s.Sign(ctx, update, said)
	if err != nil {
		b.Fatal(err)
	}
	bare, public := ed25519.Sign(key, said), key.Public().(ed25519.PublicKey)
	b.Run("verify", func(b *testing.B) {
		compare(b,
			func() bool { return ed25519.Verify(public, said, bare) },
			func() bool { _, _, err := ring.Verify(ctx, update, said, seal, noon); return err == nil })
	})
	b.Run("seal", func(b *testing.B) {
		compare(b,
			func() bool { return len(ed25519.Sign(key, said)) == 64 },
			func() bool { _, err := s.Sign(ctx, update, said); return err == nil })
	})
}

func compare(b *testing.B, bare, ours func() bool) {
	var times [2][]time.Duration
	for b.Loop() {
		for i, f := range []func() bool{bare, ours} {
			start := time.Now()
			if !f() {
				b.Fatal("refused")
			}
			times[i] = append(times[i], time.Since(start))
		}
	}
	var median [2]float64
	for i, list := range times {
		slices.Sort(list)
		median[i] = float64(list[len(list)/2].Nanoseconds())
	}
	b.ReportMetric(median[0], "bare-ns")
	b.ReportMetric(median[1], "ns/op")
	b.ReportMetric(median[1]/median[0], "ratio")
}
