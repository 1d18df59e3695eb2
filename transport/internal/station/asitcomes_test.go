package station

import (
	"io"
	"testing"
	"time"
)

// fills fills what it is asked for, each byte of which takes a while, as a chunk of HTTP does.
type fills struct {
	clock time.Time
	each  time.Duration
}

func (f *fills) Read(b []byte) (int, error) {
	f.clock = f.clock.Add(time.Duration(len(b)) * f.each)
	return len(b), nil
}

// TestAsItComes: on a slow link little is read ahead, on a fast one as much as can be.
func TestAsItComes(t *testing.T) {
	for each, want := range map[time.Duration]int{0: 32 << 10, time.Nanosecond: 32 << 10, 125 * time.Microsecond: leastAsked} {
		f := &fills{each: each}
		r := AsItComes(f, func() time.Time { return f.clock })
		n := 0
		for range 10 {
			var err error
			n, err = r.Read(make([]byte, 32<<10))
			must(n, err)
		}
		if n != want {
			t.Errorf("%v for each byte: %d read ahead", each, n)
		}
		if n, err := r.Read(make([]byte, 3)); n != 3 || err != nil {
			t.Errorf("%d of 3 bytes, %v", n, err)
		}
	}
	slow := &fills{each: time.Second}
	r := AsItComes(slow, func() time.Time { return slow.clock })
	must(io.ReadFull(r, make([]byte, 100_000)))
}
