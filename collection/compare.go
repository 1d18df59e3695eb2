package collection

import (
	"bytes"
	"errors"
	"slices"
	"strings"
)

// ErrDiffers is that two shares of one collection have different fixed parts.
var ErrDiffers = errors.New("the fixed parts differ")

// A DiffError names the fields of the fixed part in which two shares differ:
// "id", "author", "created", "kind", "ladder", "items", "recipients",
// "addresses", "completers", "authority", "sub-collections" and "replaces". It wraps
// ErrDiffers. Tell what differs only to those who may read the collection.
type DiffError struct{ Fields []string }

// Error names the fields.
func (e *DiffError) Error() string { return ErrDiffers.Error() + ": " + strings.Join(e.Fields, ", ") }

// Unwrap returns ErrDiffers.
func (e *DiffError) Unwrap() error { return ErrDiffers }

// Same reports whether c and d are shares of one collection: nil, or a
// *DiffError. Editions and labels play no part.
func (c Collection) Same(d Collection) error {
	f, g := c.parts().fixed, d.parts().fixed
	if bytes.Equal(f.raw, g.raw) {
		return nil
	}
	e := &DiffError{}
	for _, field := range []struct {
		name string
		same bool
	}{
		{"id", f.id == g.id},
		{"author", f.author == g.author},
		{"created", f.created == g.created},
		{"kind", f.kind == g.kind},
		{"ladder", slices.Equal(f.ladder, g.ladder)},
		{"items", bytes.Equal(f.items, g.items)},
		{"recipients", bytes.Equal(f.recipients, g.recipients)},
		{"addresses", bytes.Equal(f.addresses, g.addresses)},
		{"completers", bytes.Equal(f.completers, g.completers)},
		{"authority", f.authority == g.authority},
		{"sub-collections", bytes.Equal(f.subs, g.subs)},
		{"replaces", bytes.Equal(f.replaces, g.replaces)},
	} {
		if !field.same {
			e.Fields = append(e.Fields, field.name)
		}
	}
	return e
}

// Equal reports whether c and d have the same encoding: manifest, seals and
// updates alike.
func (c Collection) Equal(d Collection) bool {
	p, o := c.parts(), d.parts()
	return bytes.Equal(p.fixed.raw, o.fixed.raw) && bytes.Equal(p.edition.raw, o.edition.raw) &&
		bytes.Equal(p.appendTail(nil), o.appendTail(nil))
}
