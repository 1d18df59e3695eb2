package collection

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/userid"
)

// An ID names a collection among those of its author: 16 random bytes, made
// offline where the collection is made.
type ID [16]byte

// An ItemID names an item, whose versions all share it: 16 random bytes made
// offline where the item is made. It is no capability: who knows it may not
// therefore read the item.
type ItemID [16]byte

// A UserID names a user. In an update the zero UserID names the authority.
type UserID [16]byte

// UserOf returns the id of the user who starts with a key:
// SHA-256("glimpse user", thumbprint of the key)[:16]. It proves itself, since nobody
// finds another key with the same id: the key is the user's user key, whoever
// introduces it, and every other key of the user's needs a roster that the user key has
// sealed (see package signature). A camera without a computer needs nothing else.
func UserOf(key KeyID) UserID { return userid.Of(key) }

// A KeyID names a public key: its COSE Key Thumbprint with SHA-256 (RFC 9679).
type KeyID [32]byte

// An Address is a blinded address of a recipient, made by Blind.
type Address [32]byte

// A Digest is the digest of a version of an item, or the SHA-256 of a part of
// a collection.
type Digest = digest.Digest

// A Name names a collection everywhere: nobody can squat another author's ID.
type Name struct {
	Author UserID
	ID     ID
}

// String returns id in hexadecimal, 32 digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText returns String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (id *ID) UnmarshalText(text []byte) error { return unhex(id[:], text) }

// IsZero reports whether id is all zeros, which names no collection.
func (id ID) IsZero() bool { return id == ID{} }

// String returns id in hexadecimal, 32 digits.
func (id ItemID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText returns String.
func (id ItemID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (id *ItemID) UnmarshalText(text []byte) error { return unhex(id[:], text) }

// IsZero reports whether id is all zeros, which names no item.
func (id ItemID) IsZero() bool { return id == ItemID{} }

// String returns u in hexadecimal, 32 digits.
func (u UserID) String() string { return hex.EncodeToString(u[:]) }

// MarshalText returns String.
func (u UserID) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (u *UserID) UnmarshalText(text []byte) error { return unhex(u[:], text) }

// IsZero reports whether u is all zeros, which names no user.
func (u UserID) IsZero() bool { return u == UserID{} }

// String returns k in hexadecimal, 64 digits.
func (k KeyID) String() string { return hex.EncodeToString(k[:]) }

// MarshalText returns String.
func (k KeyID) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (k *KeyID) UnmarshalText(text []byte) error { return unhex(k[:], text) }

// IsZero reports whether k is all zeros, which names no key.
func (k KeyID) IsZero() bool { return k == KeyID{} }

// String returns a in hexadecimal, 64 digits.
func (a Address) String() string { return hex.EncodeToString(a[:]) }

// MarshalText returns String.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (a *Address) UnmarshalText(text []byte) error { return unhex(a[:], text) }

// IsZero reports whether a is all zeros, which blinds nothing.
func (a Address) IsZero() bool { return a == Address{} }

// String returns the author and the id, parted by a slash.
func (n Name) String() string { return n.Author.String() + "/" + n.ID.String() }

func unhex(to, text []byte) error {
	if hex.DecodedLen(len(text)) != len(to) || len(text)%2 != 0 {
		return fmt.Errorf("%w: want %d hexadecimal digits, have %d bytes", ErrMalformed, 2*len(to), len(text))
	}
	if !bytes.Equal(bytes.ToLower(text), text) {
		return fmt.Errorf("%w: hexadecimal digits in upper case", ErrMalformed)
	}
	id := make([]byte, len(to))
	if _, err := hex.Decode(id, text); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	copy(to, id)
	return nil
}

// DeriveItemID returns the id of an item in a collection for the id that a device has
// for it locally, such as a file name or a counter:
// SHA-256("glimpse item", collection id, local id)[:16]. Everyone who knows the
// two gets the same id, so that two stations name one item alike.
func DeriveItemID(id ID, local []byte) ItemID {
	h := sha256.New()
	h.Write([]byte("glimpse item"))
	h.Write(id[:])
	h.Write(local)
	return ItemID(h.Sum(nil)[:16])
}
