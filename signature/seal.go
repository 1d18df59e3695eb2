package signature

import (
	"bytes"
	"fmt"

	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

// Limits on seals, checked before anything is read.
const (
	MaxSeal = 1024          // bytes of a seal; PS256 with 4096 bits needs 627 with the longest type
	MaxType = sign1.MaxType // characters of a content type
)

// seal is a seal taken apart.
type seal struct {
	algorithm Algorithm
	typ       string
	key       [32]byte
	header    []byte // the protected header, encoded
	signature []byte
}

// open takes a seal apart that must be for the content type typ. Its errors
// are complete; the seal's key is set as soon as it is read.
func open(typ string, data []byte) (seal, error) {
	if len(data) == 0 {
		return seal{}, &SealError{Type: typ, Err: ErrUnsigned}
	}
	s, err := parse(data)
	if err == nil && s.typ != typ {
		err = fmt.Errorf("%w: %q", ErrPurpose, s.typ)
	}
	if err != nil {
		return s, s.refuse(typ, err)
	}
	return s, nil
}

func (s seal) refuse(typ string, err error) error {
	return &SealError{Type: typ, Key: s.key, Err: err}
}

// parse reads a seal in its one encoding.
func parse(data []byte) (seal, error) {
	if len(data) > MaxSeal {
		return seal{}, fmt.Errorf("%w: %d bytes", ErrMalformed, len(data))
	}
	if data[0] != sign1.Tag {
		return seal{}, fmt.Errorf("%w: not tagged as COSE_Sign1", ErrMalformed)
	}
	var message struct {
		_           struct{} `cbor:",toarray"`
		Protected   []byte
		Unprotected struct{}
		Payload     *struct{}
		Signature   []byte
	}
	if err := strict.Unmarshal(data[1:], &message); err != nil {
		return seal{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	s, err := parseHeader(message.Protected)
	if err != nil {
		return seal{}, err
	}
	s.header, s.signature = message.Protected, message.Signature
	if !bytes.Equal(data, s.append(make([]byte, 0, len(data)))) {
		return seal{}, fmt.Errorf("%w: not the deterministic encoding", ErrMalformed)
	}
	return s, nil
}

// parseHeader reads the protected header: all three members, and no other.
func parseHeader(data []byte) (seal, error) {
	var header struct {
		Algorithm Algorithm `cbor:"1,keyasint"`
		Type      string    `cbor:"3,keyasint"`
		Key       []byte    `cbor:"4,keyasint"`
	}
	if err := strict.Unmarshal(data, &header); err != nil {
		return seal{}, fmt.Errorf("%w: protected header: %w", ErrMalformed, err)
	}
	if len(header.Key) != 32 || len(header.Type) > MaxType {
		return seal{}, fmt.Errorf("%w: protected header: sizes", ErrMalformed)
	}
	return seal{algorithm: header.Algorithm, typ: header.Type, key: [32]byte(header.Key)}, nil
}

// append appends the encoding that a seal of these values must have.
func (s seal) append(b []byte) []byte {
	header := sign1.AppendHeader(make([]byte, 0, len(s.header)), s.algorithm, s.typ, s.key)
	return sign1.AppendSeal(b, header, s.signature)
}
