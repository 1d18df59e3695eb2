package device_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

// TestBlobs: bytes and a file are read as they are, and what is no file is told apart from what
// cannot be read.
func TestBlobs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "photo")
	if err := os.WriteFile(path, []byte("a photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := device.FileBlob(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []transport.Blob{file, transport.BytesBlob([]byte("a photo"))} {
		got, err := io.ReadAll(io.NewSectionReader(b, 2, b.Size()))
		if string(got) != "photo" || b.Size() != 7 || err != nil || b.Close() != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	if _, err := device.FileBlob(path + "2"); !errors.Is(err, transport.ErrNotFound) || !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := device.FileBlob(filepath.Join(path, "in a file")); !errors.Is(err, transport.ErrStorage) || errors.Is(err, transport.ErrNotFound) {
		t.Error(err)
	}
}

// TestUnchangedBlob: a file is opened as long as it is what it was.
func TestUnchangedBlob(t *testing.T) {
	path := filepath.Join(t.TempDir(), "photo")
	if err := os.WriteFile(path, []byte("a photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := device.UnchangedBlob(path, 7, info.ModTime().UTC())
	if err != nil || b.Size() != 7 || b.Close() != nil {
		t.Error(err)
	}
	for _, other := range []error{
		second(device.UnchangedBlob(path, 8, info.ModTime())), second(device.UnchangedBlob(path, 7, info.ModTime().Add(1))),
	} {
		if !errors.Is(other, device.ErrChanged) || !errors.Is(other, transport.ErrNotFound) {
			t.Error(other)
		}
	}
	if _, err := device.UnchangedBlob(path+"2", 7, info.ModTime()); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, device.ErrChanged) {
		t.Error(err)
	}
}

func second(_ transport.Blob, err error) error { return err }
