package column

import (
	"testing"

	"pgregory.net/rapid"
)

// TestSum compares Sum with adding all values, in every form.
func TestSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, most := rapid.IntRange(0, 300).Draw(t, "n"), rapid.SampledFrom([]uint32{1, 3, 14, 200, 1 << 31}).Draw(t, "most")
		run := rapid.IntRange(1, 40).Draw(t, "run")
		values, want := make([]uint32, n), uint64(0)
		for i := range values {
			if values[i] = uint32(i*i) % most; i%run > 0 {
				values[i] = values[i-1]
			}
			want += uint64(values[i])
		}
		for _, c := range []Column{FromValues(values), FromValues(values).Pack()} {
			if got := c.Sum(); got != want {
				t.Fatalf("%v: %d, want %d", values, got, want)
			}
		}
	})
}

// TestRestore: what Parse accepts is the same without being checked.
func TestRestore(t *testing.T) {
	for _, values := range [][]uint32{nil, {7}, {7, 7, 7}, {1, 0, 1, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}} {
		dict, form, data := FromValues(values).Encode()
		c := Restore(len(values), dict, form, data)
		for i, v := range values {
			if c.At(i) != v {
				t.Errorf("%v: item %d is %d", values, i, c.At(i))
			}
		}
		if again, _, _ := c.Encode(); len(again) != len(dict) || c.Len() != len(values) {
			t.Errorf("%v is written as %v", values, again)
		}
	}
}
