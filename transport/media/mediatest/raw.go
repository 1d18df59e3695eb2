package mediatest

import (
	"image/color"

	"github.com/glimpse-go/glimpse/transport/media/internal/raw"
	"github.com/glimpse-go/glimpse/transport/media/internal/raw/rawtest"
)

// rawFiles are raw files whose preview lies on its side: the raw file says so, and
// the preview itself says otherwise, but for RAF files, where it alone says it.
func rawFiles() (files []File) {
	stored := asJPEG(turnedImage(Corners(filesSize.X, filesSize.Y, Colours), 6))
	other := asJPEG(Corners(160, 119, [4]color.RGBA{white, white, white, white}))
	for _, m := range rawtest.Makers() {
		says := 3
		if m.MediaType == raw.RAF {
			says = 6
		}
		f := rawtest.File{Preview: EXIF{Orientation: says}.AddTo(stored), Thumb: other, Orientation: 6, Width: 402, Height: 298}
		files = append(files, plain(m.MediaType, m.MediaType, m.Make(f)))
	}
	return files
}
