// Package sign1 writes the bytes of a seal, which is a COSE_Sign1 (RFC 9052, section 4.2).
// It knows no algorithm, so that package edsigner links none but its own.
package sign1

import (
	"fmt"

	"github.com/glimpse-go/glimpse/internal/sealerr"
	"github.com/glimpse-go/glimpse/internal/wire"
)

const (
	Tag     = 0xd2 // tag 18, RFC 9052, section 4.2
	Null    = 0xf6 // a detached payload
	MaxType = 64   // characters of a content type
)

// CheckType refuses what is no content type with ErrPurpose: it is 1 to MaxType
// characters of printable ASCII without spaces.
func CheckType(typ string) error {
	good := typ != "" && len(typ) <= MaxType
	for i := range len(typ) {
		good = good && typ[i] > ' ' && typ[i] <= '~'
	}
	if !good {
		return fmt.Errorf("%w: %q is no content type", sealerr.ErrPurpose, typ)
	}
	return nil
}

// AppendHeader appends the protected header, deterministically encoded.
func AppendHeader[Algorithm ~int](b []byte, a Algorithm, typ string, key [32]byte) []byte {
	b = wire.AppendMap(b, 3)
	b = wire.AppendInt(append(b, 1), int64(a))
	b = wire.AppendText(append(b, 3), typ)
	return wire.AppendBytes(append(b, 4), key[:])
}

// AppendSeal appends the whole of COSE_Sign1_Tagged with a detached payload.
func AppendSeal(b, header, signature []byte) []byte {
	b = wire.AppendArray(append(b, Tag), 4)
	b = wire.AppendBytes(b, header)
	b = append(wire.AppendMap(b, 0), Null)
	return wire.AppendBytes(b, signature)
}

// ToBeSigned returns the Sig_structure of RFC 9052, section 4.4, with no
// external data: the bytes that are signed.
func ToBeSigned(header, statement []byte) []byte {
	b := make([]byte, 0, len(header)+len(statement)+24)
	b = wire.AppendText(wire.AppendArray(b, 4), "Signature1")
	b = wire.AppendBytes(b, header)
	b = wire.AppendBytes(b, nil)
	return wire.AppendBytes(b, statement)
}

// AppendEd25519 appends the COSE_Key {1: 1, -1: 6, -2: x} of a public key
// (RFC 9053, section 7.2).
func AppendEd25519(b, x []byte) []byte {
	b = append(wire.AppendMap(b, 3), 1, TypeOKP, 0x20, CurveEd25519)
	return wire.AppendBytes(append(b, 0x21), x)
}

// The key type and curve of Ed25519, RFC 9053, section 7.
const (
	TypeOKP      = 1
	CurveEd25519 = 6
)
