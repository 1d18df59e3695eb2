package transport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

func ExampleOriginalsReader() {
	var answer bytes.Buffer
	photo := []byte("the original")
	tree, _ := digest.ReadTree(bytes.NewReader(photo))
	err := transport.NewOriginalsWriter(&answer).Original(7, tree, bytes.NewReader(photo))
	fmt.Println(answer.Len(), "bytes", err)

	in := transport.NewOriginalsReader(&answer)
	for {
		f, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		r, _ := digest.NewReader(f, tree.Root(), f.Size, 0, f.Size)
		data, err := io.ReadAll(r)
		fmt.Printf("item %d: %s %v\n", f.Item, data, err)
	}
	// Output:
	// 16 bytes <nil>
	// item 7: the original <nil>
}

// originals writes originals of some sizes, of the items 0, 300, 600, ….
func originals(t testing.TB, sizes ...int) []byte {
	var answer bytes.Buffer
	w := transport.NewOriginalsWriter(&answer)
	for i, size := range sizes {
		data := bytes.Repeat([]byte{byte(i + 1)}, size)
		tree, err := digest.ReadTree(bytes.NewReader(data))
		if err == nil {
			err = w.Original(300*i, tree, bytes.NewReader(data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return answer.Bytes()
}

// readOriginals reads originals to their end, every second of them itself, and returns how
// many there are.
func readOriginals(answer []byte) (n int, err error) {
	in := transport.NewOriginalsReader(bytes.NewReader(answer))
	for ; ; n++ {
		f, err := in.Next()
		if err != nil {
			return n, err
		}
		if n%2 == 0 {
			continue
		}
		if _, err := io.Copy(io.Discard, f); err != nil {
			return n, err
		}
	}
}

// TestOriginalsThatBreakOff end with io.ErrUnexpectedEOF but where one has ended.
func TestOriginalsThatBreakOff(t *testing.T) {
	sizes := []int{0, 5, 300, 70_000}
	ends := map[int]int{}
	for i := range sizes {
		ends[len(originals(t, sizes[:i]...))] = i
	}
	whole := originals(t, sizes...)
	for cut := 0; cut < len(whole); cut += 1 + cut/500 {
		want, end := ends[cut]
		n, err := readOriginals(whole[:cut])
		if end && (n != want || err != io.EOF) || !end && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut off at %d of %d: %d originals, %v", cut, len(whole), n, err)
		}
	}
	if n, err := readOriginals(whole); n != len(sizes) || err != io.EOF {
		t.Errorf("%d originals, %v", n, err)
	}
}

func TestMalformedOriginals(t *testing.T) {
	for what, answer := range map[string][]byte{
		"no array":          {0x43, 1, 2, 3},
		"of another length": {0x84, 0, 0, 0x40},
		"no data":           {0x83, 0, 0, 0},
		"a longer number":   {0x83, 0x18, 1, 0, 0x40},
		"a place too great": {0x83, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x40},
		"a size too great":  {0x83, 0, 0x1b, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x40},
	} {
		if _, err := readOriginals(answer); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// FuzzOriginalsReader: whatever comes, it ends, with one of three errors.
func FuzzOriginalsReader(f *testing.F) {
	f.Add(originals(f, 0, 1, 300))
	f.Add([]byte{0x83, 0, 0, 0x40})
	f.Fuzz(func(t *testing.T, answer []byte) {
		n, err := readOriginals(answer)
		if err == nil || n > len(answer)/4 {
			t.Errorf("%d originals in %d bytes: %v", n, len(answer), err)
		}
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, transport.ErrMalformed) {
			t.Error(err)
		}
	})
}
