package collection_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/conformance/describe"
)

const vectorFolder = "testdata/vectors"

// A vector is a file of the folder, whose README says what the fields mean.
type vector struct {
	Name, Kind      string
	Limits          collection.Limits
	Hex             string
	Pieces          []vectorPiece
	SHA256          string
	Want            json.RawMessage
	Validate, Error string
}

type vectorPiece struct {
	Hex     string
	Counter *struct {
		Prefix   string
		From, To uint32
	}
	Hash *struct {
		Size     int
		From, To uint64
	}
	Repeat *struct {
		Hex   string
		Times int
	}
}

// sentinels are the errors that vectors name.
var sentinels = map[string]error{
	"ErrMalformed": collection.ErrMalformed, "ErrTruncated": collection.ErrTruncated, "ErrTrailing": collection.ErrTrailing,
	"ErrType": collection.ErrType, "ErrNotCanonical": collection.ErrNotCanonical, "ErrUTF8": collection.ErrUTF8,
	"ErrLength": collection.ErrLength, "ErrLimit": collection.ErrLimit, "ErrOrder": collection.ErrOrder,
	"ErrLadder": collection.ErrLadder, "ErrZero": collection.ErrZero, "ErrRank": collection.ErrRank,
	"ErrDuplicate": collection.ErrDuplicate, "ErrNotAuthorised": collection.ErrNotAuthorised,
}

func readVectors(tb testing.TB) (all []vector) {
	tb.Helper()
	names, err := filepath.Glob(vectorFolder + "/*.json")
	if err != nil || len(names) == 0 {
		tb.Fatalf("no vectors: %v", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(text, &v); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		all = append(all, v)
	}
	return all
}

// input returns the bytes of v.
func (v *vector) input(tb testing.TB) []byte {
	tb.Helper()
	if v.Pieces == nil {
		return fromHex(tb, v.Hex)
	}
	var b []byte
	for _, p := range v.Pieces {
		b = p.append(tb, b)
	}
	if len(b) != v.size() {
		tb.Fatalf("%s: the pieces make %d bytes, not %d", v.Name, len(b), v.size())
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != v.SHA256 {
		tb.Fatalf("%s: the pieces make %x, not %s", v.Name, sum, v.SHA256)
	}
	return b
}

// size is how long the input is, without making it: some are of millions of bytes.
func (v *vector) size() int {
	n := len(v.Hex) / 2
	for _, p := range v.Pieces {
		switch {
		case p.Counter != nil:
			n += int(p.Counter.To-p.Counter.From) * (len(p.Counter.Prefix)/2 + 4)
		case p.Hash != nil:
			n += int(p.Hash.To-p.Hash.From) * p.Hash.Size
		case p.Repeat != nil:
			n += p.Repeat.Times * len(p.Repeat.Hex) / 2
		default:
			n += len(p.Hex) / 2
		}
	}
	return n
}

func (p vectorPiece) append(tb testing.TB, b []byte) []byte {
	switch {
	case p.Counter != nil:
		prefix := fromHex(tb, p.Counter.Prefix)
		for i := p.Counter.From; i < p.Counter.To; i++ {
			b = binary.BigEndian.AppendUint32(append(b, prefix...), i)
		}
	case p.Hash != nil:
		for i := p.Hash.From; i < p.Hash.To; i++ {
			sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
			b = append(b, sum[:p.Hash.Size]...)
		}
	case p.Repeat != nil:
		b = append(b, bytes.Repeat(fromHex(tb, p.Repeat.Hex), p.Repeat.Times)...)
	default:
		b = append(b, fromHex(tb, p.Hex)...)
	}
	return b
}

func fromHex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// decode decodes b as v's kind, and returns what encodes again.
func (v *vector) decode(b []byte) (interface{ MarshalBinary() ([]byte, error) }, error) {
	switch v.Kind {
	case "update":
		return v.Limits.DecodeUpdate(b)
	case "end":
		return collection.DecodeEnd(b)
	case "endpoint":
		return collection.DecodeEndpoint(b)
	}
	return v.Limits.Decode(b)
}

func TestVectors(t *testing.T) {
	kinds := map[string]int{}
	for _, v := range readVectors(t) {
		kinds[map[bool]string{true: "accepted", false: "refused"}[v.Error == ""]]++
		t.Run(v.Name, func(t *testing.T) {
			b := v.input(t)
			if v.Error == "" {
				v.accepted(t, b)
			} else {
				v.refused(t, b)
			}
		})
	}
	if kinds["accepted"] < 40 || kinds["refused"] < 60 {
		t.Errorf("too few vectors: %v", kinds)
	}
}

func (v *vector) accepted(t *testing.T, b []byte) {
	x, err := v.decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := x.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
		t.Fatalf("encoded again, it is not the same: %v", err)
	}
	switch x := x.(type) {
	case collection.Collection:
		have := describe.Collection(x)
		have.Set("readers", v.readers(t, x.MayRead), true)
		named := slices.Collect(x.Recipients())
		have.Set("accepted", v.readers(t, func(u collection.UserID) bool { return x.MayReadComplete(u) && !slices.Contains(named, u) }), true)
		checkJSON(t, v.Want, have)
		if err := x.Validate(); !errors.Is(err, sentinels[v.Validate]) {
			t.Errorf("Validate: %v, want %q", err, v.Validate)
		}
	case collection.Update:
		checkJSON(t, v.Want, describe.Update(x, updateLen(t, v.Want)))
	case collection.End:
		checkJSON(t, v.Want, describe.End(x))
	case collection.Endpoint:
		checkJSON(t, v.Want, describe.Endpoint(x))
	}
	v.cutShort(t, b)
}

// cutShort checks that no beginning of an encoding is one.
func (v *vector) cutShort(t *testing.T, b []byte) {
	step := max(1, len(b)/500)
	for n := 0; n < len(b); n += step {
		if _, err := v.decode(b[:n:n]); !errors.Is(err, collection.ErrTruncated) {
			t.Fatalf("the first %d bytes: %v", n, err)
		}
	}
	if _, err := v.decode(append(bytes.Clone(b), 0)); !errors.Is(err, collection.ErrTrailing) && v.Limits.Size == 0 {
		t.Fatalf("with a byte more: %v", err)
	}
}

func (v *vector) refused(t *testing.T, b []byte) {
	_, err := v.decode(b)
	var place *collection.Error
	switch {
	case sentinels[v.Error] == nil:
		t.Fatalf("no error is named %q", v.Error)
	case !errors.Is(err, sentinels[v.Error]):
		t.Fatalf("%v, want %s", err, v.Error)
	case !errors.As(err, &place) || place.Offset < 0 || place.Offset > len(b):
		t.Fatalf("%v: the place is not in the %d bytes of input", err, len(b))
	}
}

func checkJSON(t *testing.T, want json.RawMessage, have any) {
	t.Helper()
	text, err := json.Marshal(have)
	if err != nil {
		t.Fatal(err)
	}
	var w, h map[string]any
	if err := errors.Join(json.Unmarshal(want, &w), json.Unmarshal(text, &h)); err != nil {
		t.Fatal(err)
	}
	for key := range w {
		compareField(t, key, w[key], h[key])
	}
	for key := range h {
		if _, has := w[key]; !has && h[key] != nil {
			t.Errorf("%s: not wanted: %v", key, h[key])
		}
	}
}

func compareField(t *testing.T, key string, want, have any) {
	t.Helper()
	w, _ := json.Marshal(want)
	h, _ := json.Marshal(have)
	if !bytes.Equal(w, h) {
		t.Errorf("%s: %s, want %s", key, h, w)
	}
}

// TestVectorsStay fails if a vector was changed or lost. The manifest lists the
// vectors in the order in which they were added; its first lines stay as they
// are for ever.
func TestVectorsStay(t *testing.T) {
	text, err := os.ReadFile(vectorFolder + "/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	known := map[string]bool{}
	for _, line := range lines[:len(lines)-1] {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		known[name] = true
		b, err := os.ReadFile(filepath.Join(vectorFolder, name))
		if err != nil {
			t.Error(err)
		} else if is := sha256.Sum256(b); hex.EncodeToString(is[:]) != sum {
			t.Errorf("%s was changed", name)
		}
	}
	checkFirst(t, lines)
	names, err := filepath.Glob(vectorFolder + "/*.json")
	if err != nil || len(names) != len(known) {
		t.Errorf("%d files, %d in the manifest: %v", len(names), len(known), err)
	}
}

// The first lines of the manifest. Whoever adds vectors may raise the number;
// nobody may change the vectors of the lines that were counted before.
const (
	firstVectors = 623
	firstSHA256  = "071928c5eaa6ee86b8fa5e8a57cca3ac5f75bfb287e95e30e1cf1d1db8edfeb9"
)

func checkFirst(t *testing.T, lines []string) {
	if len(lines) < firstVectors {
		t.Fatalf("%d lines, want the first %d", len(lines), firstVectors)
	}
	first := sha256.Sum256([]byte(strings.Join(lines[:firstVectors], "")))
	if hex.EncodeToString(first[:]) != firstSHA256 {
		t.Errorf("the first %d lines of the manifest were changed: %x", firstVectors, first)
	}
}

func updateLen(t *testing.T, want json.RawMessage) int {
	t.Helper()
	var w struct{ Len int }
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatal(err)
	}
	return w.Len
}

// readers returns those whom v wants to be readers and who may read.
func (v *vector) readers(t *testing.T, may func(collection.UserID) bool) (readers []string) {
	t.Helper()
	var w struct{ Readers []collection.UserID }
	if err := json.Unmarshal(v.Want, &w); err != nil {
		t.Fatal(err)
	}
	for _, u := range w.Readers {
		if may(u) {
			readers = append(readers, u.String())
		}
	}
	return readers
}
