package collection

import (
	"encoding/binary"
	"fmt"
	"sort"
	"unicode/utf8"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// texts is a sparse column of texts: for those items that have one, the item's
// number and the end of its text, four bytes each, big endian; and the texts in
// one piece. All three are parts of the input, and a text is found by binary
// search without anything having been built.
type texts struct{ items, ends, text []byte }

const cell = 4

func (t texts) len() int { return len(t.items) / cell }

func be(col []byte, i int) int { return int(binary.BigEndian.Uint32(col[i*cell:])) }

// at returns the k-th text.
func (t texts) at(k int) string {
	start := 0
	if k > 0 {
		start = be(t.ends, k-1)
	}
	return string(t.text[start:be(t.ends, k)])
}

// of returns the text of item i, empty if it has none.
func (t texts) of(i int) string {
	k := sort.Search(t.len(), func(k int) bool { return be(t.items, k) >= i })
	if k == t.len() || be(t.items, k) != i {
		return ""
	}
	return t.at(k)
}

// readTexts reads the column of a collection of n items.
func readTexts(r *wire.Reader, n int, l *Limits) texts {
	at := r.Offset()
	r.Exactly(3)
	t := texts{items: readColumn(r, cell, l.Items), ends: readColumn(r, cell, l.Items), text: r.Text(l.Text)}
	if r.Err() != nil {
		return texts{}
	}
	if err := t.check(n, l); err != nil {
		r.Fail(at, err)
		return texts{}
	}
	return t
}

func (t texts) check(n int, l *Limits) error {
	if len(t.items) != len(t.ends) {
		return fmt.Errorf("%w: %d items and %d texts", ErrLength, t.len(), len(t.ends)/cell)
	}
	item, end := -1, 0
	for k := range t.len() {
		i, e := be(t.items, k), be(t.ends, k)
		switch {
		case i <= item || i >= n:
			return fmt.Errorf("%w: text %d is of item %d", ErrOrder, k, i)
		case e <= end || e > len(t.text):
			return fmt.Errorf("%w: text %d ends at %d", ErrLength, k, e)
		case e-end > l.Caption:
			return fmt.Errorf("%w: text %d has %d bytes", ErrLimit, k, e-end)
		case !utf8.RuneStart(t.text[end]):
			return fmt.Errorf("%w: text %d", ErrUTF8, k)
		}
		item, end = i, e
	}
	if end != len(t.text) {
		return fmt.Errorf("%w: %d bytes after the last text", ErrLength, len(t.text)-end)
	}
	return nil
}

func (t *texts) add(item int, text string) {
	t.text = append(t.text, text...)
	t.items = binary.BigEndian.AppendUint32(t.items, uint32(item))
	t.ends = binary.BigEndian.AppendUint32(t.ends, uint32(len(t.text)))
}

func (t texts) append(b []byte) []byte {
	b = wire.AppendArray(b, 3)
	b = wire.AppendBytes(b, t.items)
	b = wire.AppendBytes(b, t.ends)
	return append(wire.AppendTextHead(b, len(t.text)), t.text...)
}
