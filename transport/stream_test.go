package transport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/transport"
)

func ExampleUploadWriter() {
	var body bytes.Buffer
	w := transport.NewUploadWriter(&body)
	w.Version(0, 0, 0, 5, strings.NewReader("small"))
	w.Version(1, 0, 3, 2, strings.NewReader("ll"))
	w.Close(transport.AuthorSeal{Seal: []byte("seal")})
	fmt.Printf("%d bytes\n", body.Len())

	r := transport.NewUploadReader(&body)
	for {
		f, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		data, _ := io.ReadAll(f)
		fmt.Printf("item %d, version %d from %d: %s\n", f.Item, f.Version, f.Offset, data)
	}
	fmt.Printf("sealed with %s\n", r.Seal().Seal)
	// Output:
	// 24 bytes
	// item 0, version 0 from 0: small
	// item 1, version 0 from 3: ll
	// sealed with seal
}

type version struct {
	item, version int
	offset        int64
	data          []byte
}

func TestUploadIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frames := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) version {
			return version{
				rapid.IntRange(0, 1<<31-1).Draw(t, "item"), rapid.IntRange(0, 13).Draw(t, "version"),
				rapid.Int64Range(0, 1<<62).Draw(t, "offset"), rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "data"),
			}
		}), 0, 5).Draw(t, "frames")
		seal := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "seal")
		issued := rapid.Uint64Range(0, 1<<62).Draw(t, "issued")
		body := upload(t, frames, issued, seal)
		r := transport.NewUploadReader(bytes.NewReader(body))
		for i, want := range frames {
			f, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(f)
			if i%2 == 0 && !bytes.Equal(got, want.data) || err != nil ||
				f.Item != want.item || f.Version != want.version || f.Offset != want.offset {
				t.Fatalf("frame %d: got %+v %x %v", i, f, got, err)
			}
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) || !bytes.Equal(r.Seal().Seal, seal) || r.Seal().Issued != issued {
			t.Fatalf("at the end: %v, seal %v", err, r.Seal())
		}
	})
}

func upload(t interface{ Fatal(...any) }, frames []version, issued uint64, seal []byte) []byte {
	var body bytes.Buffer
	w := transport.NewUploadWriter(&body)
	for _, f := range frames {
		if err := w.Version(f.item, f.version, f.offset, int64(len(f.data)), bytes.NewReader(f.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(transport.AuthorSeal{Issued: issued, Seal: seal}); err != nil {
		t.Fatal(err)
	}
	return body.Bytes()
}

func TestUploadThatBreaksOff(t *testing.T) {
	whole := upload(t, []version{{0, 0, 0, []byte("hello")}, {1, 1, 1, make([]byte, 300)}}, 1, []byte("seal"))
	for n := range len(whole) {
		if err := drain(whole[:n]); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut at %d of %d: %v", n, len(whole), err)
		}
	}
	if err := drain(append(whole, 0)); !errors.Is(err, transport.ErrMalformed) {
		t.Errorf("trailing byte: %v", err)
	}
}

// drain reads an upload to its end: nil, or the first error.
func drain(body []byte) error {
	r := transport.NewUploadReader(bytes.NewReader(body))
	for {
		f, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, f); err != nil {
			return err
		}
	}
}

func TestShortData(t *testing.T) {
	w := transport.NewUploadWriter(io.Discard)
	if err := w.Version(0, 0, 0, 9, strings.NewReader("short")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func FuzzUploadReader(f *testing.F) {
	f.Add(upload(f, []version{{0, 0, 0, []byte("hello")}, {70000, 13, 1 << 40, make([]byte, 300)}}, 1, []byte("seal")))
	f.Add([]byte{0x82, 0, 0x40})
	f.Add([]byte{0x84, 0x18, 0x01, 0, 0, 0x40})
	f.Fuzz(func(t *testing.T, body []byte) {
		r := transport.NewUploadReader(bytes.NewReader(body))
		var frames []version
		for {
			fr, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return
			}
			data, err := io.ReadAll(fr)
			if err != nil {
				return
			}
			frames = append(frames, version{fr.Item, fr.Version, fr.Offset, data})
		}
		if again := upload(t, frames, r.Seal().Issued, r.Seal().Seal); !bytes.Equal(again, body) {
			t.Errorf("read and written again: %x", again)
		}
	})
}
