package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets this program be its own child, as the command is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childCommand {
		main()
	}
	os.Exit(m.Run())
}

// needVips skips a test without vips, and fails it where all must be there.
func needVips(t *testing.T) {
	t.Helper()
	if _, err := findTools(); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func TestUseless(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
		vips bool
	}{
		"unknown option":  {args: []string{"-fast"}, says: "-fast"},
		"an argument":     {args: []string{"photos"}, says: `"photos"`},
		"no such folder":  {args: []string{"-photos", "no/such"}, says: "no/such", vips: true},
		"nothing to show": {args: []string{"-photos", "."}, says: "no picture", vips: true},
		"no program":      {args: []string{"-quick"}, says: "apt-get install libvips-tools"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.vips {
				needVips(t)
			} else {
				t.Setenv("PATH", t.TempDir())
			}
			var out, said bytes.Buffer
			if status := run(t.Context(), c.args, &out, &said); status != useless {
				t.Errorf("exit status %d", status)
			}
			if !strings.Contains(said.String(), c.says) || out.Len() > 0 {
				t.Errorf("it says %q and prints %q", said.String(), out.String())
			}
		})
	}
}

func TestHelp(t *testing.T) {
	var out, said bytes.Buffer
	if status := run(t.Context(), []string{"-help"}, &out, &said); status != within || !strings.Contains(said.String(), "-photos") {
		t.Errorf("exit status %d; it says %q", status, said.String())
	}
}

func TestChildNeedsToKnow(t *testing.T) {
	for _, args := range [][]string{nil, {childMemory, "pure Go"}, {childMemory, "none", "x.jpg"}, {childThumbnails, "pure Go", "wide", "x"}} {
		var out, said bytes.Buffer
		if status := child(t.Context(), args, &out, &said); status != useless || said.Len() == 0 {
			t.Errorf("%q: exit status %d; it says %q", args, status, said.String())
		}
	}
}

// photosIn returns a bench on these pictures, drawn small.
func photosIn(t *testing.T, kinds ...drawn) *bench {
	t.Helper()
	needVips(t)
	dir := t.TempDir()
	for _, d := range kinds {
		if err := d.save(nil, t.Context(), d, d.draw(800, 600), filepath.Join(dir, d.name)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := open(t.Context(), options{photos: dir}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.close() })
	return b
}
