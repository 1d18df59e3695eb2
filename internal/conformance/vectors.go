package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/conformance/describe"
)

// vectors is where they are, from the root of the repository.
const vectors = "collection/testdata/vectors"

// A vector is a file of that folder, whose README says what the fields mean.
type vector struct {
	Name, Kind      string
	Limits          json.RawMessage
	Hex             hexed
	Pieces          []piece
	Want            describe.Fields
	Validate, Error string
}

type piece struct {
	Hex     hexed
	Counter *struct {
		Prefix   hexed
		From, To uint32
	}
	Hash *struct {
		Size     int
		From, To uint64
	}
	Repeat *struct {
		Hex   hexed
		Times int
	}
}

// readVectors reads those whose names have a form, such as "bad-*".
func readVectors(root, form string) (all []vector, err error) {
	pattern := filepath.Join(root, vectors, form+".json")
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no vectors in %s: %w", pattern, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var v vector
		if err := json.Unmarshal(text, &v); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, v)
	}
	return all, nil
}

// input returns the bytes of a vector.
func (v *vector) input() []byte {
	b := []byte(v.Hex)
	for _, p := range v.Pieces {
		switch {
		case p.Counter != nil:
			for i := p.Counter.From; i < p.Counter.To; i++ {
				b = binary.BigEndian.AppendUint32(append(b, p.Counter.Prefix...), i)
			}
		case p.Hash != nil:
			for i := p.Hash.From; i < p.Hash.To; i++ {
				sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
				b = append(b, sum[:p.Hash.Size]...)
			}
		case p.Repeat != nil:
			b = append(b, bytes.Repeat(p.Repeat.Hex, p.Repeat.Times)...)
		default:
			b = append(b, p.Hex...)
		}
	}
	return b
}

// request is the command of a vector.
func (v *vector) request() request {
	q := request{Do: "decode", Kind: v.Kind, Limits: v.Limits, Data: v.input()}
	if list, ok := v.Want["readers"].([]any); ok {
		for _, u := range list {
			q.Readers = append(q.Readers, fmt.Sprint(u))
		}
	}
	return q
}

// check says what is wrong with the answer to a vector.
func (v *vector) check(q request, a answer) error {
	switch {
	case v.Error != "" && isRefusal(a.Error, v.Error):
		return nil
	case v.Error != "" || a.Error != "":
		return fmt.Errorf("refused as %q, want %q", a.Error, v.Error)
	case a.Validate != v.Validate:
		return fmt.Errorf("validated as %q, want %q", a.Validate, v.Validate)
	}
	sum := sha256.Sum256(q.Data)
	if a.Again != hex.EncodeToString(sum[:]) {
		return fmt.Errorf("encoded again it differs")
	}
	return same(a.Want, v.Want)
}

// same compares two values as JSON.
func same(have, want any) error {
	h, err := normal(have)
	if err != nil {
		return err
	}
	w, err := normal(want)
	if err != nil || bytes.Equal(h, w) {
		return err
	}
	return fmt.Errorf("have %.2000s\nwant %.2000s", h, w)
}

// normal is a value as JSON, whatever types it has.
func normal(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, err
	}
	return json.Marshal(plain)
}
