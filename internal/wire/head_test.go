package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// The examples of RFC 8949, appendix A, that are heads.
func TestHeadsOfTheRFC(t *testing.T) {
	for text, want := range map[string]struct {
		major wire.Major
		arg   uint64
	}{
		"00": {wire.Uint, 0}, "17": {wire.Uint, 23}, "1818": {wire.Uint, 24}, "1903e8": {wire.Uint, 1000},
		"1a000f4240": {wire.Uint, 1000000}, "1bffffffffffffffff": {wire.Uint, 18446744073709551615},
		"20": {wire.Nint, 0}, "3863": {wire.Nint, 99}, "40": {wire.Bytes, 0}, "64": {wire.Text, 4},
		"9819": {wire.Array, 25}, "a5": {wire.Map, 5}, "c1": {wire.Tag, 1}, "d820": {wire.Tag, 32},
	} {
		if got := hex.EncodeToString(wire.AppendHead(nil, want.major, want.arg)); got != text {
			t.Errorf("wrote %s, want %s", got, text)
		}
		data, _ := hex.DecodeString(text)
		if major, arg, err := wire.ReadHead(bytes.NewReader(data)); err != nil || major != want.major || arg != want.arg {
			t.Errorf("%s: read %d, %d, %v", text, major, arg, err)
		}
	}
	for v, want := range map[int64]string{-1: "20", -10: "29", -100: "3863", -1000: "3903e7", 10: "0a", 100: "1864"} {
		if got := hex.EncodeToString(wire.AppendInt(nil, v)); got != want {
			t.Errorf("%d: wrote %s, want %s", v, got, want)
		}
	}
}

// Heads are read from a stream as from memory, and no byte beyond them. Bytes
// below 32 are heads of unsigned integers, wherever one begins.
func TestHeadIsReadAlikeEverywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.ByteRange(0, 31), 1, 40).Draw(t, "data")
		stream, memory := bytes.NewReader(data), wire.NewReader(data, 0)
		for {
			_, arg, err := wire.ReadHead(stream)
			if errors.Is(err, io.EOF) {
				err = wire.ErrTruncated
			}
			got := memory.Uint(1<<64 - 1)
			if err != nil {
				if !errors.Is(memory.Err(), err) {
					t.Fatalf("stream: %v, memory: %v", err, memory.Err())
				}
				return
			}
			if memory.Err() != nil || got != arg || memory.Left() != stream.Len() {
				t.Fatalf("stream: %d, %d left; memory: %d, %d left, %v", arg, stream.Len(), got, memory.Left(), memory.Err())
			}
			read := data[:len(data)-stream.Len()]
			if again := wire.AppendUint(nil, arg); len(again) != wire.HeadSize(arg) || !bytes.HasSuffix(read, again) {
				t.Fatalf("%d is written as %x", arg, again)
			}
		}
	})
}

func TestLongerHeadIsRefused(t *testing.T) {
	for _, text := range []string{"1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "1c", "1f", "5817", "9fff"} {
		data, _ := hex.DecodeString(text)
		if _, _, err := wire.ReadHead(bytes.NewReader(data)); !errors.Is(err, wire.ErrNotCanonical) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
