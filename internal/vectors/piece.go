package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// A piece is a part of an encoding: bytes, or a rule that makes many.
type piece struct {
	Hex     string   `json:"hex,omitempty"`
	Counter *counter `json:"counter,omitempty"`
	Hash    *hash    `json:"hash,omitempty"`
	Repeat  *repeat  `json:"repeat,omitempty"`
}

// counter makes, for every number from From up to but not including To, the
// prefix and the number in four bytes, big endian.
type counter struct {
	Prefix string `json:"prefix"`
	From   uint32 `json:"from"`
	To     uint32 `json:"to"`
}

// hash makes, for every number from From up to but not including To, the first
// Size bytes of the SHA-256 of the number in eight bytes, big endian.
type hash struct {
	Size int    `json:"size"`
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
}

// repeat makes the bytes as often as it says.
type repeat struct {
	Hex   string `json:"hex"`
	Times int    `json:"times"`
}

func literal(b []byte) []piece {
	if len(b) == 0 {
		return nil
	}
	return []piece{{Hex: hex.EncodeToString(b)}}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// bytes are what the piece stands for.
func (p piece) bytes() (b []byte) {
	switch {
	case p.Counter != nil:
		for i := p.Counter.From; i < p.Counter.To; i++ {
			b = binary.BigEndian.AppendUint32(append(b, unhex(p.Counter.Prefix)...), i)
		}
	case p.Hash != nil:
		for i := p.Hash.From; i < p.Hash.To; i++ {
			sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
			b = append(b, sum[:p.Hash.Size]...)
		}
	case p.Repeat != nil:
		b = bytes.Repeat(unhex(p.Repeat.Hex), p.Repeat.Times)
	default:
		b = unhex(p.Hex)
	}
	return b
}

// join puts pieces together; bytes that follow one another become one piece.
func join(lists ...[]piece) (all []piece) {
	for _, list := range lists {
		for _, p := range list {
			if last := len(all) - 1; last >= 0 && p.Hex != "" && all[last].Hex != "" {
				all[last].Hex += p.Hex
				continue
			}
			all = append(all, p)
		}
	}
	return all
}

// expand returns the bytes of pieces.
func expand(pieces []piece) []byte {
	var b []byte
	for _, p := range pieces {
		b = append(b, p.bytes()...)
	}
	return b
}

func size(pieces []piece) uint64 { return uint64(len(expand(pieces))) }

// isLiteral says whether there is no rule among the pieces.
func isLiteral(pieces []piece) bool {
	for _, p := range pieces {
		if p.Hex == "" {
			return false
		}
	}
	return true
}
