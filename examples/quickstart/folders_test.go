package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lay makes the folder.
func (f folder) lay(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range f.files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, data)
	}
	for name, target := range f.links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestFolders: whatever is in a folder, all that can be read is shared, and every
// promise holds.
func TestFolders(t *testing.T) {
	for name, f := range folders() {
		t.Run(name, func(t *testing.T) {
			r := shared(t, append(f.args, "-photos", f.lay(t))...)
			if r.Items != f.items || r.Hidden != f.hidden {
				t.Errorf("%d items and %d hidden files instead of %d and %d", r.Items, r.Hidden, f.items, f.hidden)
			}
			said(t, "generic", r.Generic, f.generic)
			said(t, "skipped", r.Skipped, f.skipped)
		})
	}
}

// shared runs the command, which must succeed, and returns what it measured.
func shared(t *testing.T, args ...string) (r result) {
	t.Helper()
	o := quickstart(t, tricks{}, append(args, "-json")...)
	if o.status != 0 || o.errors != "" {
		t.Fatalf("exit status %d: %s", o.status, o.errors)
	}
	if err := json.Unmarshal([]byte(o.out), &r); err != nil {
		t.Fatalf("%v in %q", err, o.out)
	}
	return r
}

// said checks that these files are spoken of, and no others.
func said(t *testing.T, what string, got []remark, want map[string]string) {
	t.Helper()
	for _, r := range got {
		words, ok := want[r.File]
		if !ok || !strings.Contains(r.Reason, words) {
			t.Errorf("%s: %q: %q instead of %q", what, r.File, r.Reason, words)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d files instead of %d", what, len(got), len(want))
	}
}
