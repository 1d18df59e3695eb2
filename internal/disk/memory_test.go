package disk_test

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write makes a file of some bytes and syncs them, and its name, if it is told so.
func write(t *testing.T, d disk.FS, name, text string, sync, syncDir bool) {
	t.Helper()
	f, err := d.OpenToWrite(name)
	must(t, err)
	size, err := f.Size()
	must(t, err)
	_, err = f.WriteAt([]byte(text), size)
	must(t, err)
	if sync {
		must(t, f.Sync())
	}
	if syncDir {
		must(t, d.SyncDir("d"))
	}
	must(t, f.Close())
}

func read(t *testing.T, d disk.FS, name string) string {
	t.Helper()
	f, err := d.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "none"
	}
	must(t, err)
	size, err := f.Size()
	must(t, err)
	data, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	must(t, err)
	return string(data)
}

// outcomes lists what is read of a file after power failures.
func outcomes(t *testing.T, name string, prepare func(d disk.FS)) []string {
	var all []string
	for seed := range uint64(50) {
		m := &disk.Memory{}
		prepare(m.Boot())
		m.Fail(rand.New(rand.NewPCG(seed, 0)))
		if text := read(t, m.Boot(), name); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	slices.Sort(all)
	return all
}

// TestPowerFailure: what was synced is there, and of the rest some.
func TestPowerFailure(t *testing.T) {
	for what, c := range map[string]struct {
		prepare func(d disk.FS)
		want    []string
	}{
		"nothing synced":  {func(d disk.FS) { write(t, d, "d/f", "ab", false, false) }, []string{"", "a", "ab", "none"}},
		"name not synced": {func(d disk.FS) { write(t, d, "d/f", "ab", true, false) }, []string{"ab", "none"}},
		"all synced":      {func(d disk.FS) { write(t, d, "d/f", "ab", true, true) }, []string{"ab"}},
		"more written": {func(d disk.FS) {
			write(t, d, "d/f", "ab", true, true)
			write(t, d, "d/f", "cd", false, true)
		}, []string{"ab", "abc", "abcd"}},
		"removed": {func(d disk.FS) {
			write(t, d, "d/f", "ab", true, true)
			must(t, d.Remove("d/f"))
		}, []string{"ab", "none"}},
		"renamed after the other was removed": {func(d disk.FS) {
			write(t, d, "d/f", "ab", true, true)
			write(t, d, "d/g", "cd", true, true)
			must(t, d.Remove("d/f"))
			must(t, d.Rename("d/g", "d/f"))
			must(t, d.SyncDir("d"))
		}, []string{"cd"}},
	} {
		if got := outcomes(t, "d/f", c.prepare); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

// TestDeadProcess: a process hears nothing more after a crash, and one that is
// killed has lost nothing.
func TestDeadProcess(t *testing.T) {
	m := &disk.Memory{}
	before := m.Boot()
	write(t, before, "d/f", "ab", false, false)
	f, err := before.Open("d/f")
	must(t, err)
	m.Kill()
	if _, err := f.ReadAt(make([]byte, 1), 0); !errors.Is(err, disk.ErrCrashed) {
		t.Error(err)
	}
	if err := before.Remove("d/f"); !errors.Is(err, disk.ErrCrashed) {
		t.Error(err)
	}
	if text := read(t, m.Boot(), "d/f"); text != "ab" {
		t.Errorf("%q is left", text)
	}
}

// TestClone: a clone has what the disk has, durable or not, and a life of its own.
func TestClone(t *testing.T) {
	m := &disk.Memory{}
	d := m.Boot()
	must(t, d.Mkdir("d"))
	write(t, d, "d/f", "ab", true, true)
	write(t, d, "d/f", "cd", false, false)
	c := m.Clone()
	write(t, c.Boot(), "d/f", "ef", false, false)
	write(t, c.Boot(), "d/g", "x", true, true)
	if text := read(t, d, "d/f"); text != "abcd" || read(t, d, "d/g") != "none" {
		t.Errorf("%q is there", text)
	}
	m.Fail(rand.New(rand.NewPCG(1, 1)))
	if text := read(t, c.Boot(), "d/f"); text != "abcdef" {
		t.Errorf("%q is in the clone", text)
	}
}

// TestReadDir lists files and folders, of the folder alone.
func TestReadDir(t *testing.T) {
	m := &disk.Memory{}
	dir := t.TempDir()
	for name, d := range map[string]disk.FS{"d": m.Boot(), dir: disk.OS{}} {
		if name == "d" {
			must(t, d.Mkdir(name))
		}
		must(t, d.Mkdir(name+"/sub"))
		for _, file := range []string{"/a", "/b", "/sub/c"} {
			f, err := d.OpenToWrite(name + file)
			must(t, err)
			must(t, f.Close())
		}
		files, folders, err := d.ReadDir(name)
		slices.Sort(files)
		if !slices.Equal(files, []string{"a", "b"}) || !slices.Equal(folders, []string{"sub"}) || err != nil {
			t.Errorf("%T: files %q, folders %q, %v", d, files, folders, err)
		}
		if _, _, err := d.ReadDir(name + "/none"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%T: a folder that is not there: %v", d, err)
		}
	}
}
