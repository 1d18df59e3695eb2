package program

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// errInUse says that another process uses a folder.
var errInUse = errors.New("another program uses the folder")

// InUse reports whether an error says that another process uses a folder.
func InUse(err error) bool { return errors.Is(err, errInUse) }

// Lock makes a folder, if need be, and makes it this process's own until the file that is
// returned is closed or the process ends.
func Lock(dir string) (io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = Plain(fmt.Errorf("%w %s; stop it, or choose another one with -data", errInUse, dir))
		}
		return nil, err
	}
	return f, nil
}

// WriteFile writes a file that only its owner can read, whole or not at all, also if the
// process or the computer ends. Errors name that file.
func WriteFile(name string, data []byte) error {
	err := writeFile(name, data)
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		at.Path = name
	}
	return err
}

func writeFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // it is gone if all went well
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Exists reports whether there is a file or folder of this name.
func Exists(name string) (bool, error) {
	_, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
