package media_test

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// BenchmarkPhotos makes thumbnail and screen of photos of 12 megapixels, four
// at a time. For the memory of the whole process with 200 of them:
//
//	go test -c -o media.test && /usr/bin/time -v ./media.test -test.run '^$' -test.bench Photos -test.benchtime 200x
func BenchmarkPhotos(b *testing.B) {
	dir := b.TempDir()
	const different = 8
	for n := range different {
		path := filepath.Join(dir, strconv.Itoa(n))
		if err := os.WriteFile(path, sample(b, n, 4000, 3000, mediatest.EXIF{Orientation: n + 1}), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	var maker media.Maker
	photos := make(chan string)
	var workers sync.WaitGroup
	b.ResetTimer()
	for range 4 {
		workers.Go(func() {
			for path := range photos {
				if _, _, err := maker.File(b.Context(), path, small, screen); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for n := range b.N {
		photos <- filepath.Join(dir, strconv.Itoa(n%different))
	}
	close(photos)
	workers.Wait()
}

// BenchmarkEmbedded is the same for one photo with a thumbnail inside.
func BenchmarkEmbedded(b *testing.B) {
	thumb := mediatest.Thumbnail(1, 3000, 4000, 6)
	file := sample(b, 1, 3000, 4000, mediatest.EXIF{Orientation: 6, Thumbnail: thumb})
	maker := media.Maker{TrustEmbedded: true}
	for b.Loop() {
		if _, p := mustMake(b, &maker, file, small); !p[0].Embedded {
			b.Fatal("decoded")
		}
	}
}
