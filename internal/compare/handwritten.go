package main

import (
	"encoding/binary"
	"errors"

	"github.com/glimpse-go/glimpse/internal/idindex"
)

// handWritten is the codec that a programmer would write by hand for this alone: the
// number of items in eight bytes, their ids, and a byte each for their labels. It has
// no header, no seal, no updates and no room for either, and its reader copies nothing.
const handWritten = "hand-written"

// columns are ids and labels where they lie in the input.
type columns struct{ ids, labels []byte }

var errColumns = errors.New("no columns of ids and labels")

// writeColumns writes the data by hand.
func writeColumns(d *data) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(d.ids)))
	for _, id := range d.ids {
		b = append(b, id[:]...)
	}
	return append(b, d.missing...)
}

// readColumns reads what writeColumns writes, and keeps b.
func readColumns(b []byte) (columns, error) {
	if len(b) < 8 {
		return columns{}, errColumns
	}
	n := binary.LittleEndian.Uint64(b)
	if b = b[8:]; uint64(len(b))/17 != n || len(b)%17 != 0 {
		return columns{}, errColumns
	}
	return columns{b[:16*n], b[16*n:]}, nil
}

// labelled reads all labels, and returns how many items have one.
func (c columns) labelled() (n int) {
	for _, missing := range c.labels {
		if missing != 0 {
			n++
		}
	}
	return n
}

// find returns how many of the items with these ids have a label, by an index that is
// the SDK's. No two items may have one id.
func (c columns) find(ids [][16]byte) (n int, err error) {
	x := idindex.New(c.ids)
	if x.Duplicate() >= 0 {
		return 0, errDuplicate
	}
	for i := range ids {
		if c.labels[x.Find(idindex.Halves(&ids[i]))] != 0 {
			n++
		}
	}
	return n, nil
}

var errDuplicate = errors.New("an id is there twice")
