package label

import "strings"

// Rights is a set of things that a holder may do with one version of an item.
type Rights uint8

// The rights.
const (
	// View: show the version to the holder of the device.
	View Rights = 1 << iota
	// Search: ask the network who has the version.
	Search
	// Fetch: ask a peer or the hub for the version's bytes.
	Fetch
	// Print: send the version to a printer or a print service.
	Print
	// Reshare: put the item in another collection, for other recipients.
	Reshare
	// Export: hand the version out to programs that know of no labels.
	Export

	// All the rights there are.
	All Rights = 1<<iota - 1
)

var rightNames = [...]string{"view", "search", "fetch", "print", "re-share", "export"}

// Has reports whether all of the given rights are in r. Asking for none is
// refused: a right that was forgotten must not open anything.
func (r Rights) Has(s Rights) bool { return r&s == s && s != 0 }

// String returns the rights' names, as "view|print", or "none".
func (r Rights) String() string {
	var b strings.Builder
	for i, name := range rightNames {
		if r&(1<<i) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('|')
		}
		b.WriteString(name)
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}

// Held is the set of an item's versions whose bytes are held here, by their
// places in the ladder. The zero Held is empty.
type Held uint16

// Hold returns the set of the given versions; places that no ladder has are
// left out.
func Hold(versions ...int) Held {
	var h Held
	for _, v := range versions {
		h = h.With(v)
	}
	return h
}

// With returns the set with one more version.
func (h Held) With(version int) Held {
	if version < 0 || version >= MaxVersions {
		return h
	}
	return h | 1<<version
}

// Has reports whether the version is in the set.
func (h Held) Has(version int) bool {
	return version >= 0 && version < MaxVersions && h>>version&1 == 1
}

// Holder is who asks for a right: what is held here of the item, and whether
// the asking user is the author of the collection, or one whom the author has not
// accepted: to them an item that is complete is as one of which only the partial versions
// are there. The zero Holder is a recipient who holds nothing.
type Holder struct {
	Held       Held
	Author     bool
	Unaccepted bool
}
