package coretest_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
)

// A race times two things in turn, so that both meet the same machine, and
// reports their medians and the median of their ratios.
type race struct{ ours, limit []time.Duration }

func (r *race) lap(ours, limit func()) {
	start := time.Now()
	ours()
	between := time.Now()
	limit()
	r.ours, r.limit = append(r.ours, between.Sub(start)), append(r.limit, time.Since(between))
}

func (r *race) report(b *testing.B) {
	ratios := make([]float64, len(r.ours))
	for i := range ratios {
		ratios[i] = float64(r.ours[i]) / float64(r.limit[i])
	}
	for _, all := range [][]time.Duration{r.ours, r.limit} {
		slices.Sort(all)
	}
	slices.Sort(ratios)
	middle := len(ratios) / 2
	b.ReportMetric(float64(r.ours[middle].Microseconds()), "µs/ours")
	b.ReportMetric(float64(r.limit[middle].Microseconds()), "µs/limit")
	b.ReportMetric(float64(r.ours[middle])/float64(r.limit[middle]), "×limit")
	b.ReportMetric(ratios[middle], "×limit-lap")
	b.ReportMetric(0, "ns/op") // holds the decoding, which is not what is timed
}

// shapes are what is measured: a collection of 10,000 items with one, two and
// three seals, and one with digests, as it is when it is settled.
func shapes(b *testing.B, run func(b *testing.B, w *world, c collection.Collection)) {
	const n = 10_000
	w := newWorld(b, signature.Ed25519)
	one := w.seal(w.sized(n, 1))
	two := w.with(one, w.say("anna", must(one.CompleteAll(anna))(b), nil))
	three := w.with(must(one.CoSign(ctx, w.people["hub"], later))(b), w.say("hub", must(one.CompleteAll(hub))(b), nil))
	digests := w.seal(must(three.Edit(func(_ *collection.Header, items []collection.Item) {
		for i := range items {
			items[i].Digests = []collection.Digest{sha256.Sum256(items[i].ID[:])}
		}
	}))(b))
	for _, shape := range []struct {
		name string
		c    collection.Collection
	}{{"seals=1", one}, {"seals=2", two}, {"seals=3", three}, {"seals=2,digests", digests}} {
		b.Run(shape.name, func(b *testing.B) { run(b, w, shape.c) })
	}
}

// BenchmarkVerify verifies a collection that was just decoded, so that nothing
// of it is hashed yet; decoding is outside the time. The limit is SHA-256 of the
// bytes and a bare Ed25519 verification for each seal.
func BenchmarkVerify(b *testing.B) {
	shapes(b, func(b *testing.B, w *world, c collection.Collection) {
		data := must(c.MarshalBinary())(b)
		seals := 1 + len(slices.Collect(c.Updates()))
		if len(c.Header().AuthoritySeal) > 0 {
			seals++
		}
		key, message, sig := bare(b)
		checker := collection.Checker{Verifier: w.ring}
		var r race
		for b.Loop() {
			c := must(collection.Decode(data))(b)
			r.lap(func() { must(checker.Verify(ctx, c))(b) }, func() {
				sha256.Sum256(data)
				for range seals {
					if !ed25519.Verify(key.Public().(ed25519.PublicKey), message, sig) {
						b.Fatal("the bare signature is not good")
					}
				}
			})
		}
		r.report(b)
		b.ReportMetric(float64(seals), "seals")
	})
}

// BenchmarkSeal seals the edition of a collection that was just decoded, so that
// hashing it is part of the time. The limit is SHA-256 of the bytes and a bare
// Ed25519 signature.
func BenchmarkSeal(b *testing.B) {
	shapes(b, func(b *testing.B, w *world, c collection.Collection) {
		data := must(c.MarshalBinary())(b)
		key, message, _ := bare(b)
		var r race
		for b.Loop() {
			c := must(collection.Decode(data))(b)
			r.lap(func() { must(c.Sign(ctx, w.people["anna"], noon))(b) }, func() {
				sha256.Sum256(data)
				ed25519.Sign(key, message)
			})
		}
		r.report(b)
	})
}

// bare is what the limits sign and verify: as many bytes as a seal does.
func bare(b *testing.B) (key ed25519.PrivateKey, message, sig []byte) {
	b.Helper()
	key = must(signature.GenerateKey(entropy(42)))(b)
	message = make([]byte, maxToBeSigned)
	return key, message, ed25519.Sign(key, message)
}

// BenchmarkBlind blinds the addresses of 10,000 recipients; the limit is 100 ms.
func BenchmarkBlind(b *testing.B) {
	addresses := make([]string, 10_000)
	for i := range addresses {
		addresses[i] = fmt.Sprintf("recipient.number%d@mail%d.Example.org", i, i%97)
	}
	for b.Loop() {
		for i, a := range addresses {
			must(collection.Blind(holiday, [16]byte{byte(i), byte(i >> 8)}, a))(b)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "ms/10000-recipients")
}
