// Package tifftest makes TIFF structures for tests, well-formed or not.
package tifftest

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/glimpse-go/glimpse/transport/media/internal/tiff"
)

// Order is a byte order that can also append.
type Order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// The two byte orders.
var (
	Little Order = binary.LittleEndian
	Big    Order = binary.BigEndian
)

// Field is one entry of a directory: values in place, or places of things that
// are put elsewhere.
type Field struct {
	Tag   uint16
	Type  tiff.Type
	Count uint32
	data  func(Order) []byte
	dirs  []Dir  // to be pointed to
	blob  []byte // to be pointed to
}

// Dir is a directory.
type Dir []Field

// Short is a field of 16-bit numbers.
func Short(tag uint16, values ...uint16) Field {
	return Field{Tag: tag, Type: tiff.Short, Count: uint32(len(values)), data: func(o Order) (b []byte) {
		for _, v := range values {
			b = o.AppendUint16(b, v)
		}
		return b
	}}
}

// Long is a field of 32-bit numbers.
func Long(tag uint16, values ...uint32) Field {
	return Field{Tag: tag, Type: tiff.Long, Count: uint32(len(values)), data: func(o Order) (b []byte) {
		for _, v := range values {
			b = o.AppendUint32(b, v)
		}
		return b
	}}
}

// Text is a field of ASCII, ended by a zero.
func Text(tag uint16, s string) Field {
	return bytesField(tag, tiff.ASCII, append([]byte(s), 0))
}

// Bytes is a field of bytes that mean what its tag says.
func Bytes(tag uint16, b []byte) Field { return bytesField(tag, tiff.Undefined, b) }

func bytesField(tag uint16, t tiff.Type, b []byte) Field {
	return Field{Tag: tag, Type: t, Count: uint32(len(b)), data: func(Order) []byte { return b }}
}

// Place is a field with the offset of b, which is put into the file.
func Place(tag uint16, b []byte) Field {
	return Field{Tag: tag, Type: tiff.Long, Count: 1, blob: b}
}

// Sub is a field with the offsets of directories, which are put into the file.
func Sub(tag uint16, dirs ...Dir) Field {
	return Field{Tag: tag, Type: tiff.Long, Count: uint32(len(dirs)), dirs: dirs}
}

// File returns a file with the given magic number and chain of directories.
func File(o Order, magic tiff.Magic, dirs ...Dir) []byte {
	return FileWith(o, magic, nil, dirs...)
}

// FileWith is like File, with more bytes between the header and the directories.
func FileWith(o Order, magic tiff.Magic, more []byte, dirs ...Dir) []byte {
	mark := "II"
	if o == Big {
		mark = "MM"
	}
	head := o.AppendUint16([]byte(mark), uint16(magic))
	head = o.AppendUint32(head, uint32(8+len(more)))
	return Append(append(head, more...), o, dirs...)
}

// Append appends a chain of directories to b. Offsets count from the beginning
// of b.
func Append(b []byte, o Order, dirs ...Dir) []byte {
	w := &writer{b: b, o: o}
	w.chain(dirs)
	return w.b
}

type writer struct {
	b []byte
	o Order
}

// chain writes directories each of which names the next.
func (w *writer) chain(dirs []Dir) {
	for i, d := range dirs {
		next := w.dir(d)
		if i < len(dirs)-1 {
			w.o.PutUint32(w.b[next:], uint32(len(w.b)))
		}
	}
}

// dir writes a directory and returns where the place of the next one stands.
func (w *writer) dir(d Dir) int {
	d = slices.Clone(d)
	slices.SortStableFunc(d, func(a, b Field) int { return cmp.Compare(a.Tag, b.Tag) })
	at := len(w.b)
	w.b = append(w.b, make([]byte, 2+12*len(d)+4)...)
	w.o.PutUint16(w.b[at:], uint16(len(d)))
	at += 2
	for _, f := range d {
		value := w.value(f)
		w.o.PutUint16(w.b[at:], f.Tag)
		w.o.PutUint16(w.b[at+2:], uint16(f.Type))
		w.o.PutUint32(w.b[at+4:], f.Count)
		copy(w.b[at+8:at+12], value)
		at += 12
	}
	if len(w.b)%2 != 0 {
		w.b = append(w.b, 0)
	}
	return at
}

// value returns the four bytes of an entry, having written what they point to.
func (w *writer) value(f Field) []byte {
	data := w.data(f)
	if len(data) <= 4 {
		return data
	}
	return w.put(data)
}

func (w *writer) data(f Field) []byte {
	switch {
	case f.blob != nil:
		return w.put(f.blob)
	case f.dirs != nil:
		var b []byte
		for _, d := range f.dirs {
			b = w.o.AppendUint32(b, uint32(len(w.b)))
			w.dir(d)
		}
		return b
	}
	return f.data(w.o)
}

// put appends b and returns its offset.
func (w *writer) put(b []byte) []byte {
	at := w.o.AppendUint32(nil, uint32(len(w.b)))
	w.b = append(w.b, b...)
	if len(w.b)%2 != 0 {
		w.b = append(w.b, 0)
	}
	return at
}
