package transport

import (
	"bytes"
	"io"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// VersionsRequest asks for one version of the items of a collection.
type VersionsRequest struct {
	// Held are the items of which the caller has it, or does not want it.
	Held Bits `cbor:"1,keyasint,omitempty"`
}

func (r VersionsRequest) check() error { return checkSets([]Bits{r.Held}) }

// Encoded returns f as it stands in a stream. It reads f, whose Reader has to return
// Size bytes, as it is read.
func (f Frame) Encoded() io.Reader {
	return io.MultiReader(bytes.NewReader(f.appendHead(nil)), f.Reader)
}

// appendHead appends all of a frame but its data.
func (f Frame) appendHead(head []byte) []byte {
	head = wire.AppendArray(head, 4)
	for _, v := range []int64{int64(f.Item), int64(f.Version), f.Offset} {
		head = wire.AppendUint(head, uint64(v))
	}
	return wire.AppendHead(head, wire.Bytes, uint64(f.Size))
}
