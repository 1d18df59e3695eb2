// Package disk is what a store needs of a file system: that of the operating system
// ([OS]), or one in memory that loses in a crash what was not synced ([Memory]).
package disk

import (
	"errors"
	"io"
	"os"
)

// FS is a file system. Names are paths; errors are those of package os.
type FS interface {
	// Open opens a file to be read.
	Open(name string) (File, error)
	// OpenToWrite opens a file to be read and written, and makes it if it is not there.
	OpenToWrite(name string) (File, error)
	// Size returns the size of a file; of a folder it means nothing.
	Size(name string) (int64, error)
	// ReadDir lists what is in a folder, by the names that it has there, in no order.
	ReadDir(name string) (files, folders []string, err error)
	Mkdir(name string) error
	Remove(name string) error
	Rename(from, to string) error
	// SyncDir makes the names in a folder durable.
	SyncDir(name string) error
}

// File is an open file.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
}

// Flusher is a File that can have bytes that were written go to the disk while others are
// written. It makes nothing durable: Sync, which does, has less left to do.
type Flusher interface {
	// Flush begins with n bytes from an offset on, and does not wait for them. What does
	// not work is left to Sync.
	Flush(off, n int64)
}

// OS is the file system of the operating system.
type OS struct{}

// Open implements FS.
func (OS) Open(name string) (File, error) { return open(name, os.O_RDONLY) }

// OpenToWrite implements FS.
func (OS) OpenToWrite(name string) (File, error) { return open(name, os.O_RDWR|os.O_CREATE) }

func open(name string, flag int) (File, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return file{f}, nil
}

// Size implements FS.
func (OS) Size(name string) (int64, error) { return size(os.Stat(name)) }

// ReadDir implements FS.
func (OS) ReadDir(name string) (files, folders []string, err error) {
	all, err := os.ReadDir(name)
	for _, entry := range all {
		if entry.IsDir() {
			folders = append(folders, entry.Name())
		} else {
			files = append(files, entry.Name())
		}
	}
	return files, folders, err
}

// Mkdir implements FS.
func (OS) Mkdir(name string) error { return os.Mkdir(name, 0o700) }

// Remove implements FS.
func (OS) Remove(name string) error { return os.Remove(name) }

// Rename implements FS.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// SyncDir implements FS.
func (OS) SyncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

type file struct{ *os.File }

// Size implements File.
func (f file) Size() (int64, error) { return size(f.Stat()) }

func size(info os.FileInfo, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
