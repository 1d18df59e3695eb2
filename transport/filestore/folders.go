package filestore

import (
	"errors"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/glimpse-go/glimpse/internal/disk"
)

// folders makes the names in folders durable, and those who want it of the same folder
// at once share a sync. What nobody has synced since the process began is not
// durable: who made it may have been killed before.
type folders struct {
	fs      disk.FS
	syncing sync.Mutex // one sync after the other

	mu  sync.Mutex
	all map[string]*folder
}

type folder struct {
	underway int // changes that have begun, and not ended
	changed  int // changes that have ended, and one for those before the process
	synced   int // of these, how many are durable
}

func newFolders(fsys disk.FS) *folders { return &folders{fs: fsys, all: map[string]*folder{}} }

// of returns what is known of a folder; the caller holds mu.
func (f *folders) of(dir string) *folder {
	if f.all[dir] == nil {
		f.all[dir] = &folder{changed: 1}
	}
	return f.all[dir]
}

// change changes names in a folder, not yet durably.
func (f *folders) change(dir string, change func() error) error {
	f.mu.Lock()
	f.of(dir).underway++
	f.mu.Unlock()
	err := change()
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.of(dir)
	d.underway--
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
		d.changed++
	}
	return err
}

// settle makes the names in a folder durable that are there, if they are not. A folder
// that is not there has none.
func (f *folders) settle(dir string) error {
	changed, durable := f.look(dir)
	if durable >= changed {
		return nil
	}
	f.syncing.Lock()
	defer f.syncing.Unlock()
	now, durable := f.look(dir)
	if durable >= changed {
		return nil // somebody's sync, which began later, was ours too
	}
	err := f.fs.SyncDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.of(dir).synced = now
	}
	return err
}

// look returns how many changes of a folder have ended, and how many are durable: none
// is while one is under way, since nobody knows what of it can be seen.
func (f *folders) look(dir string) (changed, durable int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.all[dir]
	switch {
	case d == nil:
		return 1, 0
	case d.underway > 0:
		return d.changed, 0
	}
	return d.changed, d.synced
}

// make makes a folder and those above it, below a root, durably.
func (f *folders) make(dir, root string) error {
	if dir == root {
		return nil
	}
	above := filepath.Dir(dir)
	if err := f.make(above, root); err != nil {
		return err
	}
	if _, err := f.fs.Size(dir); err != nil {
		err := f.change(above, func() error { return f.fs.Mkdir(dir) })
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return f.settle(above)
}

// makeDir makes a folder and those above it that are not there, durably.
func makeDir(fsys disk.FS, dir string) error {
	root := dir
	for {
		_, err := fsys.Size(root)
		above := filepath.Dir(root)
		if !errors.Is(err, fs.ErrNotExist) || above == root {
			return newFolders(fsys).make(dir, root)
		}
		root = above
	}
}

// remove removes a file, durably; one that is not there is no error.
func (f *folders) remove(path string) error {
	if err := f.unlink(path); err != nil {
		return err
	}
	return f.settle(filepath.Dir(path))
}

// unlink removes a file, not yet durably.
func (f *folders) unlink(path string) error {
	err := f.change(filepath.Dir(path), func() error { return f.fs.Remove(path) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
