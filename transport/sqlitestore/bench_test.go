package sqlitestore

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

func BenchmarkStore(b *testing.B) {
	transporttest.BenchmarkStore(b, func(t testing.TB) transport.Store { return open(t, t.TempDir()) })
}
