package peerprogram

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// TestFileNames: whatever an author has written, there can be a file for it, in the folder.
func TestFileNames(t *testing.T) {
	dir := t.TempDir()
	for _, caption := range []string{
		"lake.jpg", "", "..", "../../lake.jpg", strings.Repeat("é", 300) + ".jpg", "." + strings.Repeat("x", 1000), "a\x00b", "a\nb\x1b[2J",
	} {
		name := fileName(7, caption)
		if err := os.WriteFile(filepath.Join(dir, name+".thumbnail.jpg"), nil, 0o600); err != nil || filepath.Base(name) != name {
			t.Errorf("%.20q: %q, %v", caption, name, err)
		}
		if strings.HasSuffix(caption, ".jpg") && !strings.HasSuffix(name, ".jpg") {
			t.Errorf("%.20q: %q", caption, name)
		}
	}
}

// TestTerminal: what an author has written is one line, and tells the terminal nothing.
func TestTerminal(t *testing.T) {
	var out bytes.Buffer
	l := line{ID: "0123456789", Title: "Lake\x1b[2J\nSea"}
	l.printCollection(program.Env{Out: &out})
	l.printItem(program.Env{Out: &out})
	if text := out.String(); strings.Count(text, "\n") != 2 || strings.Contains(text, "\x1b") {
		t.Errorf("%q", text)
	}
}
