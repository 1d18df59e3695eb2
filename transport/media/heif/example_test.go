package heif_test

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/heif"
)

// A Maker with this engine makes thumbnails of what iPhones write.
func Example() {
	maker := media.Maker{Engines: []media.Engine{new(heif.Engine)}}
	info, pictures, err := maker.File(context.Background(), "testdata/corners.heic", media.Box{W: 96, H: 96})
	if err != nil {
		panic(err)
	}
	fmt.Println(info.MediaType, info.Width, "×", info.Height, "→", pictures[0].Width, "×", pictures[0].Height)
	// Output: image/heic 192 × 128 → 96 × 64
}
