package collection_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/wire"
)

// allocated returns how many bytes f allocates: the least of three runs, for
// the runtime allocates now and then.
func allocated(f func()) uint64 {
	least := ^uint64(0)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// checkAllocated fails if f allocates more than twice the input and 64 KiB.
func checkAllocated(t *testing.T, input []byte, f func()) {
	t.Helper()
	if n, most := allocated(f), 2*uint64(len(input))+64<<10; n > most {
		t.Errorf("%d bytes allocated for %d bytes of input, want %d at most", n, len(input), most)
	}
}

func TestDecodingAllocatesNoMoreThanTwiceItsInput(t *testing.T) {
	inputs := hostile()
	for _, v := range readVectors(t) {
		inputs[v.Name] = v.input(t)
	}
	for name, input := range inputs {
		t.Run(name, func(t *testing.T) {
			checkAllocated(t, input, func() { collection.Decode(input) })
			checkAllocated(t, input, func() { collection.DecodeUpdate(input) })
		})
	}
}

// TestHostileUpdatesAreRead: the hostile updates are no malformed ones, which would cost
// nothing, and their labels are those of any other collection.
func TestHostileUpdatesAreRead(t *testing.T) {
	for name, input := range map[string][]byte{
		"of many generations": hostileUpdates(10_000, 256), "packed": hostilePacked(600, 256), "of many values": hostileValues(256),
	} {
		c, err := collection.Decode(input)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := len(slices.Collect(c.Updates())); n != 256 || c.Settled() {
			t.Errorf("%s: %d updates", name, n)
		}
	}
}

// TestUnmarshalingAllocatesACopyMore is about UnmarshalBinary, which copies its
// input and then decodes it.
func TestUnmarshalingAllocatesACopyMore(t *testing.T) {
	for name, input := range hostile() {
		t.Run(name, func(t *testing.T) {
			most := 3*uint64(len(input)) + 80<<10 // the copy is rounded up by some KiB
			var c collection.Collection
			var u collection.Update
			if n := allocated(func() { c.UnmarshalBinary(input) }); n > most {
				t.Errorf("%d bytes allocated for a collection of %d bytes", n, len(input))
			}
			if n := allocated(func() { u.UnmarshalBinary(input) }); n > most {
				t.Errorf("%d bytes allocated for an update of %d bytes", n, len(input))
			}
		})
	}
}

// hostile are inputs that make a careless decoder allocate.
func hostile() map[string][]byte {
	return map[string][]byte{
		"dictionary of zeros":                  hostileDictionary(1<<20, func(uint32) uint32 { return 0 }),
		"dictionary of small values":           hostileDictionary(24, func(i uint32) uint32 { return i }),
		"dictionary of ascending values":       hostileDictionary(65536, func(i uint32) uint32 { return i + 24 }),
		"dictionary of great values":           hostileDictionary(65536, func(i uint32) uint32 { return i<<16 + 1<<24 }),
		"256 updates of many generations":      hostileUpdates(100_000, 256),
		"256 updates of a million items":       hostileUpdates(1_000_000, 256),
		"256 updates of few items":             hostileUpdates(1000, 256),
		"256 packed updates":                   hostilePacked(600, 256),
		"256 updates of many values":           hostileValues(256),
		"256 updates claimed":                  hostileClaims(true),
		"media types":                          hostileTypes(),
		"media types and 256 updates claimed":  append(hostileTypes(), wire.AppendArray([]byte{5}, 256)...),
		"many resolutions":                     hostileResolutions(20_000),
		"metadata":                             hostileMetadata(256, 16),
		"metadata that claim the longest text": hostileMetadata(1, 65536)[:120],
		"seal claimed":                         hostileClaims(false),
		"packed labels of 16 bits":             hostilePlaces(20_000),
		"previews in runs":                     hostilePreviews(100_000),
		"previews in runs, cut short":          hostilePreviews(100_000)[:1_700_000],
		"previews claimed":                     hostilePreviews(0),
	}
}

var (
	hostileID = bytes.Repeat([]byte{1}, 16)
	strangers = bytes.Repeat([]byte{2}, 16)
)

// collectionOf is a collection of kind degree: n items, more fields of the
// fixed part, and how many further parts.
func collectionOf(n, parts int, fields ...[]byte) []byte {
	fixed := wire.AppendMap(nil, 4+len(fields))
	fixed = wire.AppendBytes(append(fixed, 1), hostileID)
	fixed = wire.AppendBytes(append(fixed, 2), strangers)
	fixed = append(fixed, 4, 2)
	fixed = wire.AppendBytesHead(append(fixed, 6), 16*n)
	for i := range n {
		fixed = binary.BigEndian.AppendUint64(append(fixed, 1, 2, 3, 4, 5, 6, 7, 8), uint64(i+1))
	}
	fixed = append(fixed, slices.Concat(fields...)...)
	b := wire.AppendMap(wire.AppendTag(nil, collection.Tag), 1+parts)
	return wire.AppendBytes(append(b, 1), fixed)
}

// hostileDictionary is an update with a dictionary and nothing else.
func hostileDictionary(n int, value func(uint32) uint32) []byte {
	b := wire.AppendBytes(append(wire.AppendMap(nil, 3), 1), make([]byte, 32))
	b = wire.AppendUint(append(b, 3), 1<<23)
	b = wire.AppendArray(wire.AppendArray(append(b, 4), 3), n)
	for i := range uint32(n) {
		b = wire.AppendUint(b, uint64(value(i)))
	}
	return wire.AppendBytes(append(b, 0), nil)
}

// hostilePlaces is an update whose every item has another rank.
func hostilePlaces(n int) []byte {
	b := wire.AppendBytes(append(wire.AppendMap(nil, 3), 1), make([]byte, 32))
	b = wire.AppendUint(append(b, 3), uint64(n))
	b = wire.AppendArray(wire.AppendArray(append(b, 4), 3), n)
	places := make([]byte, 0, 2*n)
	for i := range n {
		b = wire.AppendUint(b, uint64(16*i))
		places = binary.LittleEndian.AppendUint16(places, uint16(n-1-i))
	}
	return wire.AppendBytes(append(b, 1), places)
}

// rival is the i-th of the completers that rivals names.
func rival(i int) []byte { return binary.BigEndian.AppendUint64(make([]byte, 8, 16), uint64(i+1)) }

// rivals is a collection of n items that so many completers have updated.
func rivals(n, completers int) []byte {
	field := wire.AppendBytesHead([]byte{9}, 16*completers)
	for i := range completers {
		field = append(field, rival(i)...)
	}
	return wire.AppendArray(append(collectionOf(n, 1, field), 5), completers)
}

// hostileUpdates has updates by as many completers, each of another generation of another
// item: a wider state with every one.
func hostileUpdates(n, updates int) []byte {
	var claims [][]byte
	for i := range updates {
		c := wire.AppendArray(wire.AppendArray(wire.AppendArray(nil, 4), 3), 2)
		c = wire.AppendUint(append(c, 0), uint64(16*(i+1)))
		run := binary.AppendUvarint(nil, uint64(i-1)*2)
		if i == 0 {
			run = nil
		}
		c = wire.AppendBytes(append(c, 0), append(run, 1))
		c = wire.AppendBytes(c, rival(i))
		claims = append(claims, wire.AppendBytes(append(c, 0), nil))
	}
	return append(rivals(n, updates), slices.Concat(claims...)...)
}

// hostilePacked has updates of two bits an item, of which none says as much as another:
// each is of the greatest generation of another item.
func hostilePacked(n, updates int) []byte {
	var claims [][]byte
	for i := range updates {
		places := make([]byte, n/4)
		for k := range n {
			place := k % 2
			if k == n-1-i {
				place = 2
			}
			places[k/4] |= byte(place << (k % 4 * 2))
		}
		c := wire.AppendArray(wire.AppendArray(wire.AppendArray(nil, 4), 3), 3)
		c = append(c, 0, 14, 16, 1)
		c = wire.AppendBytes(wire.AppendBytes(c, places), rival(i))
		claims = append(claims, wire.AppendBytes(append(c, 0), nil))
	}
	return append(rivals(n, updates), slices.Concat(claims...)...)
}

// hostileValues has n updates, up to 256, each with another rank for every item, of which
// none says as much as another.
func hostileValues(n int) []byte {
	var claims [][]byte
	for i := range n {
		c := wire.AppendArray(wire.AppendArray(wire.AppendArray(nil, 4), 3), n)
		var places []byte
		for k := range n { // item i has the greatest rank, the others ascend
			c = wire.AppendUint(c, uint64(16*(k+1)))
			place := k - 1
			switch {
			case k < i:
				place = k
			case k == i:
				place = n - 1
			}
			places = append(places, byte(place))
		}
		c = wire.AppendBytes(wire.AppendBytes(append(c, 1), places), rival(i))
		claims = append(claims, wire.AppendBytes(append(c, 0), nil))
	}
	return append(rivals(n, n), slices.Concat(claims...)...)
}

// hostileClaims claims things that do not follow.
func hostileClaims(updates bool) []byte {
	b := collectionOf(20, 1)
	if updates {
		return append(rivals(20, 256), make([]byte, 256)...)
	}
	return wire.AppendBytesHead(append(wire.AppendArray(append(b, 3), 2), 0), 1024)
}

// hostileTypes has as many media types as there may be, and is cut short.
func hostileTypes() []byte {
	edition := wire.AppendArray(wire.AppendArray(append(wire.AppendMap(nil, 1), 4), 3), 1024)
	places := make([]byte, 0, 2048)
	for i := range 1024 {
		edition = wire.AppendText(edition, string([]byte{byte('A' + i/32), byte('A' + i%32)}))
		places = binary.AppendUvarint(places, uint64(i))
	}
	edition = wire.AppendBytes(append(edition, 0), places)
	return wire.AppendBytes(append(collectionOf(1024, 2), 2), edition)
}

func hostileResolutions(n int) []byte {
	address := bytes.Repeat([]byte{3}, 32)
	b := collectionOf(1, 1, append(wire.AppendBytesHead([]byte{8}, 32), address...), wire.AppendBytes([]byte{10}, address))
	b = wire.AppendArray(append(b, 6), n)
	for i := range n {
		b = wire.AppendBytes(wire.AppendArray(b, 4), address)
		user := binary.BigEndian.AppendUint64(make([]byte, 8, 16), uint64(i+1))
		b = wire.AppendBytes(append(wire.AppendBytes(b, user), 0), nil)
	}
	return b
}

// hostilePreviews has two runs of two lengths of previews, which are kept packed; of no
// items it claims previews.
func hostilePreviews(n int) []byte {
	lengths := wire.AppendArray(wire.AppendArray(append(wire.AppendMap(nil, 1), 8), 4), 34)
	if n > 0 {
		runs := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(n/2-1)*2), uint64(n/2-1)*2+1)
		lengths = append(lengths[:len(lengths)-2], wire.AppendArray(nil, 2)...)
		lengths = wire.AppendBytes(append(lengths, 1, 2, 0), runs)
		lengths = wire.AppendBytes(lengths, make([]byte, n/2*3))
	}
	return wire.AppendBytes(append(collectionOf(n, 1), 2), lengths)
}

func hostileMetadata(n, size int) []byte {
	edition := wire.AppendMap(append(wire.AppendMap(nil, 1), 5), n)
	for i := range n {
		edition = wire.AppendText(edition, string([]byte{byte('a' + i/16), byte('a' + i%16)}))
		edition = wire.AppendText(edition, string(bytes.Repeat([]byte{'v'}, size)))
	}
	return wire.AppendBytes(append(collectionOf(1, 1), 2), edition)
}
