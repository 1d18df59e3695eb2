package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// A photo as a camera stores it, held upright, gets two partial versions.
func Example() {
	var photo bytes.Buffer
	taken := time.Date(2024, 7, 14, 18, 30, 0, 0, time.UTC)
	if err := mediatest.Sample(&photo, 1, 900, 1200, mediatest.EXIF{Orientation: 6, Taken: taken}); err != nil {
		log.Fatal(err)
	}

	var maker media.Maker // one for the whole process
	info, pictures, err := maker.Make(context.Background(), bytes.NewReader(photo.Bytes()), int64(photo.Len()),
		media.Box{W: 160, H: 120}, media.Box{W: 640, H: 480})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.MediaType, info.Width, "×", info.Height, "taken", info.Taken.Format(time.DateOnly))
	for _, p := range pictures {
		fmt.Println(p.Width, "×", p.Height)
	}
	// Output:
	// image/jpeg 900 × 1200 taken 2024-07-14
	// 90 × 120
	// 360 × 480
}

// A thumbnail's preview goes into the collection, and is shown until the thumbnail has
// come.
func ExamplePicture_Preview() {
	var maker media.Maker
	thumbnail := maker.Icon("pdf", media.Box{W: 160, H: 120})

	preview, err := thumbnail.Preview()
	fmt.Println(len(preview), "bytes", err)
	blurred, err := media.DecodePreview(preview)
	fmt.Println(blurred.Bounds().Size(), err)
	// Output:
	// 21 bytes <nil>
	// (32,23) <nil>
}

// What cannot be shown gets an icon.
func ExampleMaker_Icon() {
	var maker media.Maker
	document := "%PDF-1.7 and so on"
	box := media.Box{W: 160, H: 120}

	info, _, err := maker.Make(context.Background(), bytes.NewReader([]byte(document)), int64(len(document)), box)
	if errors.Is(err, media.ErrFormat) {
		icon := maker.Icon("pdf", box)
		fmt.Println(info.MediaType, icon.Width, "×", icon.Height)
	}
	// Output: application/pdf 160 × 120
}
