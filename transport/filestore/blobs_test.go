package filestore

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// halves are a store of blobs in files and records in memory.
type halves struct {
	transport.Blobs
	transport.Records
}

// TestBlobs runs the suite of stores on blobs that are all in files.
func TestBlobs(t *testing.T) {
	disks, records := map[testing.TB]*disk.Memory{}, map[testing.TB]*memstore.Store{}
	transporttest.Store(t, func(t testing.TB) transport.Store {
		if disks[t] == nil {
			disks[t], records[t] = new(disk.Memory), new(memstore.Store)
		}
		disks[t].Kill()
		records[t] = records[t].Reopen()
		return halves{newBlobs(disks[t].Boot(), "b"), records[t]}
	})
}

// TestBlobCrash has the power fail at each step of uploads that are closed, gone on
// with, committed, replaced and deleted.
func TestBlobCrash(t *testing.T) {
	for _, size := range []int{100, 40_000} {
		first, second := noise(1, size), noise(2, size+1)
		var closed, committed, replaced, deleted bool
		run := func(m *disk.Memory) {
			b := newBlobs(m.Boot(), "b")
			closed, committed, replaced, deleted = false, false, false, false
			w, err := b.Create(t.Context(), "a/b")
			if err != nil {
				return
			}
			w.Write(first[:size/2])
			if closed = w.Close() == nil; closed {
				committed = put(t, b, "a/b", first) == nil
			}
			replaced = committed && put(t, b, "a/b", second) == nil
			deleted = replaced && b.Delete(t.Context(), "a/b") == nil
		}
		everyStep(t, 20, run, func(step string, m *disk.Memory) {
			b := newBlobs(m.Boot(), "b")
			may := [][]byte{nil, first}
			switch {
			case deleted:
				may = [][]byte{nil}
			case replaced:
				may = [][]byte{second, nil}
			case committed:
				may = [][]byte{first, second}
			}
			data, err := content(t, b, "a/b")
			if err != nil || !isOneOf(data, may...) {
				t.Fatalf("%s: %d bytes, %v", step, len(data), err)
			}
			part, err := b.Part(t.Context(), "a/b")
			w, errW := b.Create(t.Context(), "a/b")
			must(t, errors.Join(err, errW))
			got := make([]byte, w.Size())
			w.ReadAt(got, 0)
			if w.Size() != part || !bytes.HasPrefix(first, got) && !bytes.HasPrefix(second, got) || closed && data == nil && !replaced && part < int64(size/2) {
				t.Fatalf("%s: a part of %d, %d bytes", step, part, w.Size())
			}
			must(t, w.Discard())
			must(t, put(t, b, "a/b", second))
			if data, err := content(t, b, "a/b"); err != nil || !bytes.Equal(data, second) {
				t.Fatalf("%s: then %d bytes, %v", step, len(data), err)
			}
		})
	}
}

// TestBlobSeen: what a process has found, or not found any more, after another one was
// killed at any step is still so when the power fails.
func TestBlobSeen(t *testing.T) {
	for step, killed := 0, true; killed; step++ {
		m := new(disk.Memory)
		left := step
		m.Before = func(string) error {
			if left--; left == -1 {
				m.Kill()
			}
			return nil
		}
		b := newBlobs(m.Boot(), "b")
		if put(t, b, "a", noise(1, 10)) == nil && put(t, b, "a", noise(2, 20)) == nil {
			b.Delete(t.Context(), "a")
		}
		killed, m.Before = left < 0, nil
		before, err := content(t, newBlobs(m.Boot(), "b"), "a")
		must(t, err)
		for seed := range uint64(8) {
			c := m.Clone()
			fails(c, 0, seed)
			c.Boot().Remove("x")
			c.Before = nil
			if after, err := content(t, newBlobs(c.Boot(), "b"), "a"); !bytes.Equal(before, after) {
				t.Fatalf("killed at step %d: %d bytes were there, then %d, %v", step, len(before), len(after), err)
			}
		}
	}
}

// TestBlobDamage: a byte of a blob's file that is not what it was is found by what reads
// it, or does not matter; one that is missing is found by all.
func TestBlobDamage(t *testing.T) {
	for _, size := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, 3*blockSize + 5} {
		dir := t.TempDir()
		b, err := OpenBlobs(dir)
		must(t, err)
		data := noise(3, size)
		must(t, put(t, b, "a", data))
		must(t, put(t, b, "other", data))
		path := filepath.Join(dir, "blobs", "a.blob")
		whole, err := os.ReadFile(path)
		must(t, err)
		if int64(len(whole)) != fileSize(int64(size)) || blobSize(int64(len(whole))) != int64(size) {
			t.Fatalf("a file of %d bytes for %d", len(whole), size)
		}
		for at := 0; at < len(whole); at += 1 + at/7 {
			bad := bytes.Clone(whole)
			bad[at] ^= 0x40
			must(t, os.WriteFile(path, bad, 0o600))
			got, err := content(t, b, "a")
			if !errors.Is(err, ErrCorrupt) || !errors.Is(err, transport.ErrStorage) || !bytes.HasPrefix(data, got) {
				t.Fatalf("%d bytes, damaged at %d: %d read, %v", size, at, len(got), err)
			}
			must(t, os.WriteFile(path, whole[:at], 0o600))
			if _, err := content(t, b, "a"); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("%d bytes, cut at %d: %v", size, at, err)
			}
		}
		if got, err := content(t, b, "other"); err != nil || !bytes.Equal(got, data) {
			t.Errorf("the other blob: %v", err)
		}
	}
}

// TestBlobFullDisk fails every step with the error of a full disk, in turn.
func TestBlobFullDisk(t *testing.T) {
	for n, failed := 0, true; failed; n++ {
		m := new(disk.Memory)
		left := n
		m.Before = func(string) error {
			if left--; left == -1 {
				return syscall.ENOSPC
			}
			return nil
		}
		b := newBlobs(m.Boot(), "b")
		data := noise(4, 40_000)
		err := put(t, b, "a/b", data)
		m.Before = nil
		if failed = left < 0; failed && (!errors.Is(err, transport.ErrStorage) || !errors.Is(err, syscall.ENOSPC)) {
			t.Fatalf("step %d: %v", n, err)
		}
		must(t, put(t, b, "a/b", data))
		if got, err := content(t, b, "a/b"); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("after step %d: %d bytes, %v", n, len(got), err)
		}
	}
}

// TestCommitAgain: an upload whose commit has failed goes on, and is committed longer.
func TestCommitAgain(t *testing.T) {
	m := new(disk.Memory)
	b := newBlobs(m.Boot(), "b")
	w, err := b.Create(t.Context(), "a")
	must(t, err)
	data := noise(5, 1_000_000)
	for i, n := range []int{0, 600_000, 600_001, 1_000_000} {
		if i > 0 {
			if _, err := w.Write(data[w.Size():n]); err != nil {
				t.Fatal(err)
			}
			m.Before = func(step string) error {
				if step == "rename" {
					return syscall.EIO
				}
				return nil
			}
			if err := w.Commit(t.Context()); !errors.Is(err, syscall.EIO) {
				t.Fatal(err)
			}
		}
	}
	m.Before = nil
	must(t, w.Commit(t.Context()))
	if got, err := content(t, b, "a"); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
}

// TestSharedSyncs: who changes names of one folder at once shares its syncs.
func TestSharedSyncs(t *testing.T) {
	m := new(disk.Memory)
	f := newFolders(m.Boot())
	must(t, m.Boot().Mkdir("d"))
	syncs := 0
	begun, goOn := make(chan bool), make(chan bool)
	m.Before = func(step string) error {
		if step == "sync folder" {
			if syncs++; syncs == 1 {
				begun <- true
				<-goOn
			}
		}
		return nil
	}
	done := make(chan error)
	mkdir := func(i int) {
		done <- errors.Join(f.change("d", func() error { return m.Boot().Mkdir(fmt.Sprintf("d/%d", i)) }), f.settle("d"))
	}
	go mkdir(0)
	<-begun
	for i := range 10 {
		go mkdir(i + 1)
	}
	for {
		if changed, _ := f.look("d"); changed == 12 {
			break
		}
		runtime.Gosched()
	}
	goOn <- true
	for range 11 {
		must(t, <-done)
	}
	if syncs > 2 {
		t.Errorf("%d syncs", syncs)
	}
}

// TestNewFolder: the folder of a store, and those above it, are durable once they are
// there.
func TestNewFolder(t *testing.T) {
	for seed := range uint64(10) {
		m := new(disk.Memory)
		d := m.Boot()
		must(t, errors.Join(d.Mkdir("/"), d.Mkdir("/there")))
		must(t, makeDir(d, "/there/a/b"))
		must(t, makeDir(d, "/there/a/b"))
		m.Fail(rand.New(rand.NewPCG(seed, 1)))
		for _, dir := range []string{"/there", "/there/a", "/there/a/b"} {
			must(t, errOf(m.Boot().Size(dir)))
		}
	}
}

// TestNoFolder opens stores where a file is.
func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		_, blobs := OpenBlobs(dir)
		_, store := Open(dir)
		if !errors.Is(blobs, transport.ErrStorage) || !errors.Is(store, transport.ErrStorage) {
			t.Errorf("%s: %v; %v", dir, blobs, store)
		}
	}
}

// renamingDisk has something done when a name has changed, which who changed it does not
// know yet.
type renamingDisk struct {
	disk.FS
	after *func()
}

func (d renamingDisk) Rename(from, to string) error {
	err := d.FS.Rename(from, to)
	(*d.after)()
	return err
}

// TestSeenWhileRenamed: a blob that is found while it comes into its place is durable.
func TestSeenWhileRenamed(t *testing.T) {
	m := new(disk.Memory)
	after := func() {}
	b := newBlobs(renamingDisk{m.Boot(), &after}, "b")
	data := noise(1, 10)
	must(t, put(t, b, "other", data))
	must(t, errOf(content(t, b, "other")))
	after = func() {
		if got, err := content(t, b, "a"); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		for seed := range uint64(10) {
			c := m.Clone()
			c.Fail(rand.New(rand.NewPCG(seed, 1)))
			if got, err := content(t, newBlobs(c.Boot(), "b"), "a"); err != nil || !bytes.Equal(got, data) {
				t.Errorf("then %d bytes, %v", len(got), err)
			}
		}
	}
	must(t, put(t, b, "a", data))
}
