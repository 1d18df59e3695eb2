//go:build sqlite

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The story is the same with a hub that uses SQLite.
func TestStore(t *testing.T) {
	keep := filepath.Join(t.TempDir(), "kept")
	o := quickstart(t, tricks{}, "-photos", photos(t), "-keep", keep, "-store", "sqlite")
	if o.status != 0 || !strings.Contains(o.out, "Everything held") {
		t.Fatalf("exit status %d: %s", o.status, o.errors)
	}
	keeps(t, keep, map[string]string{"hub": "records.sqlite"})
}
