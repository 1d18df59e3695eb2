package main

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestManyFiles: a thousand small files, fewer in short mode. The peers' stores
// write all of a collection's state for each of them, so more take long.
func TestManyFiles(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 300
	}
	f := folder{files: map[string][]byte{}}
	for i := range n {
		f.files[fmt.Sprintf("%d/%04d.txt", i%7, i)] = fmt.Appendf(nil, "file %d", i/2)
	}
	start := time.Now()
	r := shared(t, "-photos", f.lay(t))
	t.Logf("%d files in %v", n, time.Since(start))
	if r.Items != n || r.OriginalsFetched != 2*n {
		t.Errorf("%d items, %d originals fetched", r.Items, r.OriginalsFetched)
	}
}

// TestPairs: fifteen pairs of equal pictures among a hundred.
func TestPairs(t *testing.T) {
	f := folder{files: map[string][]byte{}}
	for i := range 85 {
		data := slices.Concat(small(i), noise(70_000+i))
		f.files[fmt.Sprintf("IMG_%02d.jpg", i)] = data
		if i < 15 {
			f.files[fmt.Sprintf("IMG_%02d (1).jpg", i)] = data
		}
	}
	dir := f.lay(t)
	runs := 10
	if testing.Short() {
		runs = 2
	}
	for range runs {
		if r := shared(t, "-photos", dir); r.Items != 100 {
			t.Errorf("%d items", r.Items)
		}
	}
}
