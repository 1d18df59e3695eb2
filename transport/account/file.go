package account

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

// Open reads an account from a file; where there is none it makes one, with a name and with
// a key from rand, and writes it first. The errors are those of UnmarshalText, and wrap
// transport.ErrStorage with what the operating system says.
func Open(path, name string, rand io.Reader) (Account, error) {
	return open(disk.OS{}, path, name, rand)
}

func open(in disk.FS, path, name string, rand io.Reader) (Account, error) {
	a, err := read(in, path)
	if !errors.Is(err, fs.ErrNotExist) {
		return a, err
	}
	if a, err = New(name, rand); err != nil {
		return Account{}, err
	}
	return a, a.save(in, path)
}

// Save writes the account to its file, in the place of what was there, so that after a crash
// one of them is there as a whole. The errors wrap ErrOther where another station's, user's or
// hub's account is there, the errors of UnmarshalText where something else is, and
// transport.ErrStorage; then what was there is there.
func (a Account) Save(path string) error { return a.save(disk.OS{}, path) }

func (a Account) save(in disk.FS, path string) error {
	text, err := a.MarshalText()
	if err != nil {
		return err
	}
	known, err := read(in, path)
	if err == nil {
		err = known.sameAs(a)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return at(path, err)
	}
	return stored(path, replace(in, path, text))
}

// read reads an account.
func read(in disk.FS, path string) (a Account, err error) {
	f, err := in.Open(path)
	if err != nil {
		return a, stored(path, err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return a, stored(path, err)
	}
	text := make([]byte, min(size, maxFile+1))
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, int64(len(text))), text); err != nil {
		return a, stored(path, err)
	}
	return a, at(path, a.UnmarshalText(text))
}

// replace replaces a file. Where there is no room for another one, nothing of that stays.
func replace(in disk.FS, path string, text []byte) error {
	next := path + ".new"
	if err := in.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := write(in, next, text)
	if err == nil {
		err = in.Rename(next, path)
	}
	if err != nil {
		in.Remove(next) // as far as it can be
		return err
	}
	return in.SyncDir(filepath.Dir(path))
}

// write writes a file that is not there.
func write(in disk.FS, path string, text []byte) error {
	f, err := in.OpenToWrite(path)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(text, 0); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// at says of which file an error is.
func at(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", path, err)
}

// stored is at of an error of the operating system.
func stored(path string, err error) error {
	if err == nil {
		return nil
	}
	return at(path, fmt.Errorf("%w: %w", transport.ErrStorage, err))
}
