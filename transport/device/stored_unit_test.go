package device

import (
	"bytes"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// TestFullRecords: what is stored is read again, also where the last record is full to the byte, and
// where more was stored before.
func TestFullRecords(t *testing.T) {
	d := New(collection.UserID{1}, nil, nil, Config{Store: new(memstore.Store)})
	for _, size := range []int{5 * transport.MaxValue, 2*transport.MaxValue + 1, 2 * transport.MaxValue, 2*transport.MaxValue - 1, transport.MaxValue, 100, 0} {
		data := bytes.Repeat([]byte{byte(size), 1, 2}, size/3+1)[:size]
		if err := record.Put(t.Context(), d.cfg.Store, pieces(collection.Name{}, data)...); err != nil {
			t.Fatal(err)
		}
		if got, err := d.stored(t.Context(), collection.Name{}); !bytes.Equal(got, data) || err != nil {
			t.Errorf("of %d bytes %d are read: %v", size, len(got), err)
		}
	}
}
