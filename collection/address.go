package collection

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrAddress is an e-mail address that Blind does not take.
var ErrAddress = errors.New("address not accepted")

// MaxAddress is the greatest length of an e-mail address, in bytes (RFC 5321,
// section 4.5.3.1.3, less the angle brackets).
const MaxAddress = 254

// Blind returns the blinded form of a recipient's e-mail address in a
// collection: SHA-256("glimpse address", collection id, r, normal address),
// where r is random and only that recipient is told it. Without r nobody can
// tell whose address it is, nor that two collections have a recipient in common.
// The address is normalised by NormalAddress, whose errors it returns.
func Blind(id ID, r [16]byte, address string) (Address, error) {
	normal, err := NormalAddress(address)
	if err != nil {
		return Address{}, err
	}
	b := make([]byte, 0, 320)
	b = append(b, "glimpse address"...)
	b = append(append(append(b, id[:]...), r[:]...), normal...)
	return sha256.Sum256(b), nil
}

// NormalAddress returns an e-mail address in the one form that is blinded: lower
// case. It takes an ASCII local part without quotes (RFC 5321, dot-string) and a
// domain of at least two labels in A-label form (RFC 5890); others are refused
// with ErrAddress, which does not repeat the address.
func NormalAddress(address string) (string, error) {
	local, domain, found := strings.Cut(address, "@")
	switch {
	case !found || len(address) > MaxAddress || len(local) > 64:
		return "", fmt.Errorf("%w: not local@domain of at most %d bytes", ErrAddress, MaxAddress)
	case !dotted(local, 1, "!#$%&'*+-/=?^_`{|}~"):
		return "", fmt.Errorf("%w: local part", ErrAddress)
	case !dotted(domain, 2, "-") || slices.ContainsFunc(strings.Split(domain, "."), badLabel) || numeric(domain):
		return "", fmt.Errorf("%w: domain", ErrAddress)
	}
	return strings.ToLower(address), nil
}

// dotted reports whether s is least or more non-empty parts of ASCII letters,
// digits and others.
func dotted(s string, least int, others string) bool {
	parts := strings.Split(s, ".")
	for _, part := range parts {
		if part == "" {
			return false
		}
		for _, b := range []byte(part) {
			letter := b|0x20 >= 'a' && b|0x20 <= 'z'
			if !letter && (b < '0' || b > '9') && strings.IndexByte(others, b) < 0 {
				return false
			}
		}
	}
	return len(parts) >= least
}

// badLabel reports whether a part of a domain is longer than a label may be or
// has a hyphen at an end (RFC 5890, section 2.3.1).
func badLabel(l string) bool {
	return len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-")
}

// numeric reports whether a domain's last label has digits only, as an IPv4
// address's has and no top-level domain's.
func numeric(domain string) bool {
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	return strings.Trim(last, "0123456789") == ""
}

// HasAddress reports whether the collection is shared with a blinded address. A
// recipient who was told r recognises itself by HasAddress(Blind(id, r, address)).
func (c Collection) HasAddress(a Address) bool {
	return in(c.parts().fixed.addresses, a[:])
}
