package disk

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
)

// memory is a Memory as one process has it.
type memory struct {
	*Memory
	boot int
}

// do does something unless the process is dead.
func (m memory) do(work func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.boot != m.Memory.boot {
		return ErrCrashed
	}
	return work()
}

// step is do of something that changes the disk, if that may be.
func (m memory) step(name string, work func() error) error {
	if err := m.do(func() error { return nil }); err != nil {
		return err
	}
	if m.Before != nil {
		if err := m.Before(name); err != nil {
			return err
		}
	}
	return m.do(work)
}

// change changes names.
func (m memory) change(c change) {
	apply(m.names, c)
	m.pending = append(m.pending, c)
}

func missing(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }

// Open implements FS.
func (m memory) Open(name string) (f File, err error) {
	err = m.do(func() error {
		i := m.names[name]
		if i == nil {
			return missing("open", name)
		}
		f = handle{m, i}
		return nil
	})
	return f, err
}

// OpenToWrite implements FS.
func (m memory) OpenToWrite(name string) (File, error) {
	f, err := m.Open(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	i := new(inode)
	err = m.step("make", func() error {
		m.change(change{name: i})
		return nil
	})
	return handle{m, i}, err
}

// Size implements FS.
func (m memory) Size(name string) (int64, error) {
	f, err := m.Open(name)
	if err != nil {
		return 0, err
	}
	return f.Size()
}

// ReadDir implements FS.
func (m memory) ReadDir(dir string) (files, folders []string, err error) {
	err = m.do(func() error {
		if m.names[dir] == nil {
			return missing("read", dir)
		}
		for name, i := range m.names {
			switch {
			case filepath.Dir(name) != dir:
			case i.folder:
				folders = append(folders, filepath.Base(name))
			default:
				files = append(files, filepath.Base(name))
			}
		}
		return nil
	})
	return files, folders, err
}

// Mkdir implements FS.
func (m memory) Mkdir(name string) error {
	return m.step("make folder", func() error {
		if m.names[name] != nil {
			return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
		}
		m.change(change{name: {folder: true}})
		return nil
	})
}

// Remove implements FS.
func (m memory) Remove(name string) error {
	return m.step("remove", func() error {
		if m.names[name] == nil {
			return missing("remove", name)
		}
		m.change(change{name: nil})
		return nil
	})
}

// Rename implements FS.
func (m memory) Rename(from, to string) error {
	return m.step("rename", func() error {
		i := m.names[from]
		if i == nil {
			return missing("rename", from)
		}
		m.change(change{from: nil, to: i})
		return nil
	})
}

// SyncDir implements FS.
func (m memory) SyncDir(dir string) error {
	return m.step("sync folder", func() error {
		for n := len(m.pending); n > 0 && !m.Lies; n-- {
			if m.pending[n-1].touches(dir) {
				m.settle(n)
				break
			}
		}
		return nil
	})
}

func (c change) touches(dir string) bool {
	for name := range c {
		if filepath.Dir(name) == dir {
			return true
		}
	}
	return false
}

// handle is an open file.
type handle struct {
	memory
	*inode
}

// ReadAt implements File.
func (h handle) ReadAt(p []byte, off int64) (n int, err error) {
	err = h.do(func() error {
		if len(p) > 0 {
			n, err = bytes.NewReader(h.data).ReadAt(p, off)
		}
		return err
	})
	return n, err
}

// WriteAt implements File. It makes no holes.
func (h handle) WriteAt(p []byte, off int64) (n int, err error) {
	err = h.step("write", func() error {
		if off > int64(len(h.data)) {
			return io.ErrShortWrite
		}
		h.data = append(h.data, p[copy(h.data[off:], p):]...)
		h.same = min(h.same, int(off))
		n = len(p)
		return nil
	})
	return n, err
}

// Truncate implements File.
func (h handle) Truncate(size int64) error {
	return h.step("truncate", func() error {
		h.data = h.data[:size]
		h.same = min(h.same, int(size))
		return nil
	})
}

// Sync implements File.
func (h handle) Sync() error {
	return h.step("sync", func() error {
		if !h.Lies {
			h.durable = append(h.durable[:h.same], h.data[h.same:]...)
			h.same = len(h.data)
		}
		return nil
	})
}

// Size implements File.
func (h handle) Size() (size int64, err error) {
	err = h.do(func() error {
		size = int64(len(h.data))
		return nil
	})
	return size, err
}

// Close implements File.
func (handle) Close() error { return nil }
