package collection

import "fmt"

// ParseName reads what Name.String returns. The error wraps ErrMalformed.
func ParseName(text string) (n Name, err error) {
	if err = n.UnmarshalText([]byte(text)); err != nil {
		err = fmt.Errorf("the name %q: %w", text, err)
	}
	return n, err
}

// MarshalText returns String.
func (n Name) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads what MarshalText writes. After an error, which wraps ErrMalformed, n is
// as before.
func (n *Name) UnmarshalText(text []byte) error {
	const slash = 2 * userSize
	if len(text) <= slash || text[slash] != '/' {
		return ErrMalformed
	}
	var read Name
	err := read.Author.UnmarshalText(text[:slash])
	if err == nil {
		err = read.ID.UnmarshalText(text[slash+1:])
	}
	if err == nil {
		*n = read
	}
	return err
}

// IsZero reports whether n is all zeros, which names no collection.
func (n Name) IsZero() bool { return n == Name{} }
