package transport_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// times is a CBOR array of n times the same element.
func times(n int, element ...byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0x9a}, uint32(n)), bytes.Repeat(element, n)...)
}

// field is a CBOR map of one field.
func field(key byte, value []byte) []byte { return append([]byte{0xa1, key}, value...) }

// bombs are messages that would take hundreds of times their bytes in memory, as the types
// that they claim to be.
func bombs() map[string]struct {
	like any
	data []byte
} {
	const many = 1 << 16
	full := func(update byte) []byte { // an entry whose state has many updates or keys
		return field(3, field(update, times(many, 0x40)))
	}
	return map[string]struct {
		like any
		data []byte
	}{
		"entries":                {transport.Changes{}, field(2, times(many, 0xa0))},
		"sources of entries":     {transport.Changes{}, field(2, times(16, field(3, field(4, times(many, 0xa0)))...))},
		"updates of entries":     {transport.Changes{}, field(2, times(16, full(3)...))},
		"keys of entries":        {transport.Changes{}, field(2, times(16, full(5)...))},
		"sources":                {transport.State{}, field(4, times(many, 0xa0))},
		"updates":                {transport.Share{}, field(9, times(many, 0x40))},
		"addresses":              {transport.Share{}, field(6, times(many, 0x60))},
		"sets":                   {transport.Share{}, field(4, times(many, 0x40))},
		"contacts":               {transport.Settings{}, field(1, times(many, 0xa0))},
		"ids":                    {transport.Identifiers{}, field(2, times(many, 0x40))},
		"words":                  {transport.Fault{}, field(3, times(many, 0x60))},
		"parts":                  {transport.Answer{}, field(4, times(many, 0x80))},
		"parts of nothing":       {transport.Answer{}, field(4, times(many, 0x83, 0, 0, 0))},
		"a list of many":         {transport.Share{}, field(6, []byte{0x9a, 0xff, 0xff, 0xff, 0xff})},
		"a list of more":         {transport.Share{}, field(6, append([]byte{0x9b, 0x7f}, bytes.Repeat([]byte{0xff}, 7)...))},
		"a long text":            {transport.Share{}, field(5, append([]byte{0x7b, 0x7f}, bytes.Repeat([]byte{0xff}, 7)...))},
		"long bytes":             {transport.Share{}, field(1, append([]byte{0x5b, 0xff}, bytes.Repeat([]byte{0xff}, 7)...))},
		"a map of many":          {transport.Share{}, []byte{0xba, 0xff, 0xff, 0xff, 0xff}},
		"lists of lists":         {transport.Share{}, bytes.Repeat([]byte{0x81}, 1<<20)},
		"maps of maps":           {transport.Share{}, bytes.Repeat([]byte{0xa1, 1}, 1<<20)},
		"keys that are maps":     {transport.Share{}, bytes.Repeat([]byte{0xa1}, 1<<20)},
		"tags of tags":           {transport.Share{}, bytes.Repeat([]byte{0xc1}, 1<<20)},
		"lists without a length": {transport.Share{}, bytes.Repeat([]byte{0x9f}, 1<<20)},
		"texts without a length": {transport.Share{}, append([]byte{0xa1, 5, 0x7f}, bytes.Repeat([]byte{0x60}, 1<<20)...)},
		"settings":               {transport.Settings{}, field(2, append([]byte{0xba, 0, 1, 0, 0}, bytes.Repeat([]byte{0x60, 0x60}, many)...))},
	}
}

// TestBombs: what a message takes in memory is in proportion to its bytes, whatever it claims.
func TestBombs(t *testing.T) {
	for name, c := range bombs() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decodeAs(c.like, c.data)
		runtime.ReadMemStats(&after)
		if n, most := int(after.TotalAlloc-before.TotalAlloc), 24*len(c.data)+64<<10; n > most || err != nil && !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%s: %d bytes are allocated for %d, want %d at most; %v", name, n, len(c.data), most, err)
		}
	}
}

// TestLongLists: what stations send each other is none.
func TestLongLists(t *testing.T) {
	const many = 1000
	for _, m := range []any{
		transport.Changes{Entries: make([]transport.Entry, many)},
		transport.State{Sources: make([]transport.Source, many)}, transport.Settings{Contacts: make([]transport.Contact, many)},
		transport.Answer{Next: transport.Upload, Parts: make([]transport.Part, many)}, transport.Identifiers{Items: make([]collection.ItemID, many)},
		transport.Share{Serves: make([]transport.Bits, label.MaxVersions), Offers: make([]transport.Bits, label.MaxVersions)},
		transport.Answer{Next: transport.Upload, Missing: make([]transport.Bits, label.MaxVersions)},
		transport.Share{To: slices.Repeat([]string{"a@b"}, many)},
	} {
		data, err := transport.Encode(m)
		must(t, err)
		if _, err := decodeAs(m, data); err != nil {
			t.Errorf("%T: %v", m, err)
		}
	}
}
