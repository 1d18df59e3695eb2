package column

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestEncodeIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, values := drawColumn(t, drawLength(t))
		checkCanonical(t, c, values)
	})
}

func checkCanonical(t interface {
	Helper()
	Fatalf(string, ...any)
}, c Column, values []uint32) {
	t.Helper()
	dict, form, data := c.Encode()
	wantDict, runs, packed := naive(values)
	if !slices.Equal(dict, wantDict) {
		t.Fatalf("dictionary %v, want %v", dict, wantDict)
	}
	want, wantForm, other := runs, FormRuns, packed
	if len(wantDict) >= 2 && len(packed) <= len(runs) {
		want, wantForm, other = packed, FormPacked, runs
	}
	if form != wantForm || !bytes.Equal(data, want) {
		t.Fatalf("form %d, %d bytes; want form %d, %d bytes", form, len(data), wantForm, len(want))
	}
	again, err := Parse(len(values), dict, form, data)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	equalValues(t, again, values)
	dict2, form2, data2 := again.Encode()
	if !slices.Equal(dict, dict2) || form != form2 || !bytes.Equal(data, data2) {
		t.Fatalf("Parse and Encode differ")
	}
	if len(dict) < 2 {
		other = []byte{0}
	}
	if _, err := Parse(len(values), dict, 1-form, other); err == nil {
		t.Fatalf("the other form is accepted")
	}
}

// Every column of up to nine items and three values.
func TestCanonicalSmall(t *testing.T) {
	for n := range 10 {
		total := int(math.Pow(3, float64(n)))
		for k := range total {
			values := make([]uint32, n)
			for i, x := 0, k; i < n; i, x = i+1, x/3 {
				values[i] = uint32(x % 3)
			}
			checkCanonical(t, FromValues(values), values)
		}
	}
}

func TestTieIsPacked(t *testing.T) {
	values := []uint32{0, 0, 0, 1, 0, 0, 0, 0, 0, 0} // two bytes either way
	dict, runs, packed := naive(values)
	if len(runs) != len(packed) {
		t.Fatalf("no tie: %x %x", runs, packed)
	}
	if _, form, _ := FromValues(values).Encode(); form != FormPacked {
		t.Error("a tie is in runs")
	}
	if _, form, _ := Of(10, 1, []int{3}).Encode(); form != FormPacked {
		t.Error("a tie is in runs")
	}
	if _, err := Parse(10, dict, FormRuns, runs); !errors.Is(err, ErrLonger) {
		t.Errorf("a tie in runs: %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	leb := func(vs ...uint64) (b []byte) {
		for _, v := range vs {
			b = appendLEB(b, v)
		}
		return b
	}
	alternating := bytes.Repeat([]byte{0xaa}, 16)
	fours := bytes.Repeat([]byte{0xe4}, 16)
	cases := []struct {
		name   string
		n      int
		dict   []uint32
		form   int
		data   []byte
		err    error
		part   string
		offset int
	}{
		{"negative length", -1, nil, 0, nil, ErrLength, "data", 0},
		{"unknown form", 1, []uint32{1}, 2, nil, ErrUnknown, "form", 0},
		{"negative form", 1, []uint32{1}, -1, nil, ErrUnknown, "form", 0},
		{"items without values", 1, nil, 0, nil, ErrEmpty, "dict", 0},
		{"values without items", 0, []uint32{1}, 0, nil, ErrUnused, "dict", 0},
		{"more values than items", 2, []uint32{1, 2, 3}, 1, []byte{4}, ErrUnused, "dict", 2},
		{"values descending", 128, []uint32{2, 1}, 1, alternating, ErrOrder, "dict", 1},
		{"value repeated", 128, []uint32{1, 1}, 1, alternating, ErrOrder, "dict", 1},
		{"no items, data", 0, nil, 0, []byte{0}, ErrLength, "data", 0},
		{"no items, packed", 0, nil, 1, nil, ErrLonger, "form", 0},
		{"one value, packed", 8, []uint32{1}, 1, []byte{0}, ErrLonger, "form", 0},
		{"one value, data", 8, []uint32{1}, 0, []byte{7}, ErrLength, "data", 0},
		{"packed, short", 128, []uint32{0, 1}, 1, alternating[1:], ErrLength, "data", 15},
		{"packed, long", 128, []uint32{0, 1}, 1, append(alternating[:16:16], 0), ErrLength, "data", 16},
		{"packed, unused bit set", 127, []uint32{0, 1}, 1, alternating, ErrPadding, "data", 15},
		{"packed, first value unused", 8, []uint32{0, 1}, 1, []byte{0xff}, ErrUnused, "dict", 0},
		{"packed, last value unused", 8, []uint32{0, 1}, 1, []byte{0}, ErrUnused, "dict", 1},
		{"packed, third value unused", 4, []uint32{0, 1, 2}, 1, []byte{0x14}, ErrUnused, "dict", 2},
		{"packed, place outside 2 bits", 64, []uint32{0, 1, 2}, 1, fours, ErrPlace, "data", 0},
		{"packed, place outside 4 bits", 8, []uint32{0, 1, 2, 3, 4}, 1, []byte{0x10, 0x32, 0x54, 0}, ErrPlace, "data", 2},
		{"packed, runs are shorter", 128, []uint32{0, 1}, 1, append([]byte{1}, make([]byte, 15)...), ErrLonger, "form", 0},
		{"runs, packed is shorter", 8, []uint32{0, 1}, 0, leb(0, 1, 0, 1), ErrLonger, "form", 0},
		{"runs, a tie", 8, []uint32{0, 1}, 0, leb(1), ErrLonger, "form", 0},
		{"runs, number cut off", 1000, []uint32{0, 1}, 0, []byte{1, 0x80}, ErrNumber, "data", 1},
		{"runs, number not minimal", 1000, []uint32{0, 1}, 0, []byte{0x81, 0}, ErrNumber, "data", 0},
		{"runs, number over 64 bits", 1000, []uint32{0, 1}, 0, append(bytes.Repeat([]byte{0xff}, 9), 2), ErrNumber, "data", 0},
		{"runs, number of 11 bytes", 1000, []uint32{0, 1}, 0, append(bytes.Repeat([]byte{0xff}, 10), 1), ErrNumber, "data", 0},
		{"runs, too many items", 1000, []uint32{0, 1}, 0, leb(1000*2 + 1), ErrLength, "data", 0},
		{"runs, 2^31 items", 1000, []uint32{0, 1}, 0, leb(4, 1<<32-1), ErrLength, "data", 1},
		{"runs, 2^32 items", 1000, []uint32{0, 1}, 0, leb(1, 1<<33-2), ErrLength, "data", 1},
		{"runs, 2^63 items", 1000, []uint32{0, 1}, 0, leb(math.MaxUint64), ErrLength, "data", 0},
		{"runs, too few items", 1000, []uint32{1, 2}, 0, leb(1, 2), ErrLength, "data", 2},
		{"runs, neighbours alike", 1000, []uint32{0, 1}, 0, leb(1, 3), ErrRun, "data", 1},
		{"runs, last zeros written", 1000, []uint32{0, 1}, 0, leb(1, 998*2), ErrRun, "data", 1},
		{"runs, last zeros written in part", 1000, []uint32{0, 1}, 0, leb(1, 2), ErrRun, "data", 1},
		{"runs, zeros only", 1000, []uint32{0, 1}, 0, nil, ErrUnused, "dict", 1},
		{"runs, no zeros", 1000, []uint32{0, 1}, 0, leb(999*2 + 1), ErrUnused, "dict", 0},
		{"runs, value unused", 1000, []uint32{0, 1, 2}, 0, leb(2, 3, 2), ErrUnused, "dict", 1},
		{"runs, fewer than values", 1000, []uint32{0, 1, 2}, 0, leb(2), ErrUnused, "dict", 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			col, err := Parse(c.n, c.dict, c.form, c.data)
			var at *Error
			if !errors.Is(err, c.err) || !errors.As(err, &at) {
				t.Fatalf("got %v, want %v", err, c.err)
			}
			if at.Part != c.part || at.Offset != c.offset || at.Error() == "" {
				t.Errorf("at %s %d, want %s %d", at.Part, at.Offset, c.part, c.offset)
			}
			if col.n != 0 {
				t.Error("a column with the error")
			}
		})
	}
}

// Every wrapped sentinel belongs to the family of its part.
func TestErrorFamilies(t *testing.T) {
	for family, members := range map[error][]error{
		ErrDict: {ErrOrder, ErrUnused, ErrEmpty},
		ErrForm: {ErrUnknown, ErrLonger},
		ErrData: {ErrLength, ErrNumber, ErrRun, ErrPlace, ErrPadding},
	} {
		for _, err := range members {
			if !errors.Is(&Error{Err: err}, family) {
				t.Errorf("%v is not %v", err, family)
			}
		}
	}
}

// A wide column names a place outside its dictionary.
func TestParseWidePlace(t *testing.T) {
	for _, d := range []int{300, 70000} {
		values := make([]uint32, d)
		for i := range values {
			values[i] = uint32(i)
		}
		checkCanonical(t, FromValues(values), values)
		c := pack(values)
		checkCanonical(t, c, values)
		put(c.data, c.width, d-1, uint32(d))
		_, err := Parse(d, c.dict, FormPacked, c.data)
		var at *Error
		if !errors.Is(err, ErrPlace) || !errors.As(err, &at) || at.Offset != (d-1)*int(c.width)/8 {
			t.Errorf("%d values: %v", d, err)
		}
		put(c.data, c.width, d-1, 0)
		if _, err := Parse(d, c.dict, FormPacked, c.data); !errors.Is(err, ErrUnused) {
			t.Errorf("%d values: %v", d, err)
		}
	}
}

// Sixteen bits an item are the shorter form if most places take three bytes.
func TestSixteenBits(t *testing.T) {
	values := make([]uint32, 20000, 60000)
	for i := range values {
		values[i] = uint32(i)
	}
	for i := range 40000 {
		values = append(values, uint32(19000+i%1000))
	}
	if _, form, _ := FromValues(values).Encode(); form != FormPacked {
		t.Fatalf("form %d", form)
	}
	checkCanonical(t, FromValues(values), values)
}

// The greatest number of items costs nothing in runs.
func TestParseLargest(t *testing.T) {
	c := Of(math.MaxInt32, 7, []int{0, math.MaxInt32 - 1})
	dict, form, data := c.Encode()
	p, err := Parse(math.MaxInt32, dict, form, data)
	if err != nil || len(data) != 1+5+1 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	if !equal(p, c) || p.At(math.MaxInt32-1) != 7 || p.At(1) != 0 {
		t.Fatal("values")
	}
	if got := p.Count(func(v uint32) bool { return v == 0 }); got != math.MaxInt32-2 {
		t.Fatalf("Count %d", got)
	}
	one := []uint32{9}
	if u, err := Parse(math.MaxInt32, one, 0, nil); err != nil || u.At(math.MaxInt32-1) != 9 {
		t.Fatal(err)
	}
}

func TestParseAllocations(t *testing.T) {
	values := make([]uint32, 50000)
	for i := range values {
		values[i] = uint32(i * i % 11 % 3)
	}
	for _, c := range []Column{FromValues(values), Of(50000, 1, []int{3, 40000}), Uniform(50000, 1)} {
		dict, form, data := c.Encode()
		got := testing.AllocsPerRun(20, func() {
			if _, err := Parse(c.n, dict, form, data); err != nil {
				t.Fatal(err)
			}
		})
		if got > 2 {
			t.Errorf("%v allocations", got)
		}
	}
}

// What Parse allocates depends on the dictionary only, not on claimed lengths.
func TestParseHostileLengths(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, n := range []int{1 << 20, math.MaxInt32} {
		for _, length := range []uint64{1 << 20, math.MaxInt32, 1<<32 - 1, 1 << 32, 1 << 62} {
			data := appendLEB(appendLEB(nil, 1), (length-1)*2)
			for form := range 2 {
				if _, err := Parse(n, []uint32{1, 2}, form, data); err == nil {
					t.Errorf("%d items: a run of %d accepted", n, length)
				}
			}
		}
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<18 {
		t.Errorf("%d bytes allocated", got)
	}
}

func FuzzParse(f *testing.F) {
	add := func(values []uint32) {
		dict, form, data := FromValues(values).Encode()
		raw := make([]byte, 0, 4*len(dict))
		for _, v := range dict {
			raw = binary.LittleEndian.AppendUint32(raw, v)
		}
		f.Add(len(values), raw, form, data)
	}
	add(nil)
	add([]uint32{5})
	add([]uint32{0, 1, 0, 0, 1, 1, 2})
	add(append(make([]uint32, 500), 14))
	add(append(slices.Repeat([]uint32{3}, 300), 0, 1, 2, 4, 5))
	f.Fuzz(func(t *testing.T, n int, raw []byte, form int, data []byte) {
		var dict []uint32
		for ; len(raw) >= 4; raw = raw[4:] {
			dict = append(dict, binary.LittleEndian.Uint32(raw))
		}
		c, err := Parse(n, dict, form, data)
		if err != nil {
			var at *Error
			if !errors.As(err, &at) || at.Offset < 0 {
				t.Fatalf("error %v", err)
			}
			return
		}
		fuzzAccepted(t, c, dict, form, data)
	})
}

func fuzzAccepted(t *testing.T, c Column, dict []uint32, form int, data []byte) {
	d, k, b := c.Encode()
	if !slices.Equal(d, dict) || k != form || !bytes.Equal(b, data) {
		t.Fatal("encodes otherwise")
	}
	end, used := 0, map[uint32]bool{}
	for r := c.cursor(); r.next(); {
		if r.start != end || r.end <= r.start {
			t.Fatalf("run from %d to %d after %d", r.start, r.end, end)
		}
		end, used[c.dict[r.place]] = r.end, true
	}
	if end != c.n || len(used) != len(dict) {
		t.Fatalf("runs end at %d with %d values", end, len(used))
	}
	if c.n <= 1<<16 {
		checkCanonical(t, c, valuesOf(c))
	}
}
