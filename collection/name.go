package collection

import (
	"bytes"
	"fmt"
)

// ParseName reads what Name.String returns. The error wraps ErrMalformed.
func ParseName(text string) (n Name, err error) {
	err = n.UnmarshalText([]byte(text))
	return n, err
}

// MarshalText returns String.
func (n Name) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads what MarshalText writes. After an error, which wraps ErrMalformed, n is
// as before.
func (n *Name) UnmarshalText(text []byte) error {
	author, id, found := bytes.Cut(text, []byte("/"))
	if !found {
		return fmt.Errorf("%w: a name has an author and an id, parted by a slash", ErrMalformed)
	}
	var read Name
	if err := read.Author.UnmarshalText(author); err != nil {
		return err
	}
	if err := read.ID.UnmarshalText(id); err != nil {
		return err
	}
	*n = read
	return nil
}

// IsZero reports whether n is all zeros, which names no collection.
func (n Name) IsZero() bool { return n == Name{} }
