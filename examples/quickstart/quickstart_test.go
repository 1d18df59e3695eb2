package main

import (
	"bytes"
	"context"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outcome is what a user sees of a run.
type outcome struct {
	status      int
	out, errors string
}

// quickstart runs the command with a temporary folder of its own, in which it must
// leave nothing behind.
func quickstart(t *testing.T, tr tricks, args ...string) outcome {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var out, errs bytes.Buffer
	o := outcome{status: run(t.Context(), args, &out, &errs, tr)}
	o.out, o.errors = out.String(), errs.String()
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	return o
}

// refused checks that a run ended with one clear line that has all the words.
func (o outcome) refused(t *testing.T, status int, words ...string) {
	t.Helper()
	if o.status != status {
		t.Errorf("exit status %d instead of %d: %s", o.status, status, o.errors)
	}
	if strings.Count(o.errors, "\n") != 1 {
		t.Errorf("not one line: %q", o.errors)
	}
	for _, word := range words {
		if !strings.Contains(o.errors, word) {
			t.Errorf("%q is missing in %q", word, o.errors)
		}
	}
}

func TestSamplesAreDifferentPhotos(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "photos")
	if err := makeSamples(t.Context(), &timeline{w: os.Stderr}, dir, 320, 240); err != nil {
		t.Fatal(err)
	}
	card, err := findFiles(dir)
	if err != nil || len(card.Bad) > 0 || len(card.Files) != samples {
		t.Fatal(card, err)
	}
	seen := map[string]bool{}
	for _, f := range card.Files {
		data, err := os.ReadFile(f.Path)
		if _, decodeErr := jpeg.Decode(bytes.NewReader(data)); err != nil || decodeErr != nil {
			t.Error(f.Name, err, decodeErr)
		}
		seen[string(data)] = true
	}
	if len(seen) != samples {
		t.Errorf("%d different photos", len(seen))
	}
}

func TestUseless(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.jpg"), nil)
	hidden := t.TempDir()
	write(t, filepath.Join(hidden, ".DS_Store"), []byte("x"))
	for name, c := range map[string]struct {
		args  []string
		words string
	}{
		"empty folder":      {[]string{"-photos", t.TempDir()}, "no file"},
		"only hidden files": {[]string{"-photos", hidden}, "1 hidden or system file was left out"},
		"nothing to show":   {[]string{"-photos", dir}, "nothing can be read among 1 file, such as a.jpg (an empty file)"},
		"no folder":         {[]string{"-photos", filepath.Join(dir, "none")}, "no such file"},
		"a file":            {[]string{"-photos", filepath.Join(dir, "a.jpg")}, "is not a folder"},
		"below a file":      {[]string{"-photos", filepath.Join(dir, "a.jpg", "b")}, "not a directory"},
		"unknown option":    {[]string{"-fast"}, "-fast"},
		"argument":          {[]string{"photos"}, `"photos" is no option`},
		"no memory":         {[]string{"-budget", "-1"}, "-budget is -1"},
		"no such store":     {[]string{"-store", "none"}, "-store is \"none\""},
	} {
		t.Run(name, func(t *testing.T) {
			o := quickstart(t, tricks{}, c.args...)
			o.refused(t, 2, c.words)
		})
	}
}

// A link to a folder is as good as the folder.
func TestLinkToFolder(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(photos(t), link); err != nil {
		t.Fatal(err)
	}
	if r := shared(t, "-photos", link); r.Items != 3 || len(r.Skipped) > 0 {
		t.Errorf("%d items, skipped %v", r.Items, r.Skipped)
	}
}

func TestHelp(t *testing.T) {
	o := quickstart(t, tricks{}, "-help")
	for _, words := range []string{"-photos folder", "what is reached twice by links is shared once", "DIR/bob/seen/first", "-budget MiB"} {
		if o.status != 0 || !strings.Contains(strings.Join(strings.Fields(o.errors), " "), words) {
			t.Errorf("%d: %q is missing in %q", o.status, words, o.errors)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	stop := tricks{chapter: func(_ *cast, number int) error {
		if number == 5 {
			cancel()
		}
		return nil
	}}
	var out, errs bytes.Buffer
	status := run(ctx, []string{"-photos", photos(t)}, &out, &errs, stop)
	outcome{status, out.String(), errs.String()}.refused(t, 1, "interrupted")
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
