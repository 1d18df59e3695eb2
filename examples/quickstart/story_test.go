package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cameraFolder is a folder with something of everything.
func cameraFolder() folder {
	whole := goodFiles()["plain.jpg"]
	files := map[string][]byte{
		"truncated.jpg":     whole[:100],
		"text.jpg":          []byte("Dear diary, this is no photo.\n"),
		"empty.jpg":         nil,
		"huge.png":          huge(goodFiles()["picture.png"]),
		"evil\x1b[2J\n.jpg": nil,
		".DS_Store":         document,
	}
	maps.Copy(files, goodFiles())
	return folder{files: files, links: map[string]string{"device.jpg": os.DevNull, "dangling.jpg": "nowhere"}}
}

func TestStoryIsPlainWithoutTerminal(t *testing.T) {
	dir, keep := cameraFolder().lay(t), filepath.Join(t.TempDir(), "kept")
	o := quickstart(t, tricks{}, "-photos", dir, "-keep", keep)
	if o.status != 0 {
		t.Fatalf("exit status %d: %s", o.status, o.errors)
	}
	for _, words := range []string{
		"Thumbnails are made by ", "pure Go",
		"skipped: empty.jpg (an empty file)", "skipped: evil␛[2J␊.jpg (an empty file)", "skipped: device.jpg (a device", "skipped: dangling.jpg (a link that leads nowhere)",
		"generic picture: truncated.jpg (image/jpeg, damaged or cut short", "generic picture: huge.png (image/png, larger than the memory budget",
		"left out: 1 hidden or system file,", "home: no screen version: huge.png",
		"camera → hub", "Bob → home", "3 refused, 0 requests left", "the item is not complete yet", "Everything held",
	} {
		if !strings.Contains(o.out, words) {
			t.Errorf("the story lacks %q", words)
		}
	}
	if strings.ContainsAny(o.out, "\r\x1b") {
		t.Error("the story has control characters")
	}
	if strings.Contains(o.out, "no screen version: text.jpg") {
		t.Error("a document's icon is all there is to show, and no news")
	}
	keeps(t, keep, map[string]string{"hub": "log", "camera": "log", "home": "log", "bob": "log", "carol": "log"})
	again := quickstart(t, tricks{}, "-photos", dir, "-keep", keep)
	again.refused(t, 2, "not empty")
}

// keeps finds a file in the store of each station.
func keeps(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for station, file := range files {
		if _, err := os.Stat(filepath.Join(dir, station, "store", file)); err != nil {
			t.Errorf("-keep: %v", err)
		}
	}
}

// The object of -json has these entries and no others.
func TestJSON(t *testing.T) {
	f := cameraFolder()
	o := quickstart(t, tricks{}, "-json", "-photos", f.lay(t))
	if o.status != 0 || o.errors != "" {
		t.Fatalf("exit status %d: %s", o.status, o.errors)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(o.out), &got); err != nil {
		t.Fatalf("%v in %q", err, o.out)
	}
	n := float64(len(f.files) - 3) // two empty files and a hidden one
	for name, want := range map[string]float64{
		"items": n, "labelled_first": n, "labelled_second": 0, "notified_first": 2, "notified_second": 2,
		"searches_refused": 2, "requests_for_refused": 0, "originals_fetched": 2 * n, "digest_mismatches": 0,
		"bytes_originals_via_hub": 0, "hidden": 1,
	} {
		if got[name] != want {
			t.Errorf("%s is %v instead of %v", name, got[name], want)
		}
	}
	want := []string{"bytes_device_to_hub", "bytes_originals_via_hub", "bytes_second_notification", "digest_mismatches", "engines",
		"generic", "hidden", "items", "labelled_first", "labelled_second", "notified_first", "notified_second", "originals_fetched",
		"requests_for_refused", "seal", "searches_refused", "skipped"}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		t.Errorf("entries %q", names)
	}
	engines, _ := got["engines"].([]any)
	if got["seal"] != "verified" || len(engines) == 0 || engines[len(engines)-1] != "pure Go" {
		t.Errorf("seal %v, engines %v", got["seal"], engines)
	}
	if sent, _ := got["bytes_device_to_hub"].(float64); sent <= 0 {
		t.Errorf("%v bytes sent", sent)
	}
}

// A long list of files is cut in the story; -json has all of it.
func TestLongListIsCut(t *testing.T) {
	lines := list("skipped", make([]remark, 30))
	if len(lines) != mostNamed+1 || !strings.Contains(lines[mostNamed], "… and 10 more (-json names all)") {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
}
