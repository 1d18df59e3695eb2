package heif

import (
	"image"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

func TestEngine(t *testing.T) {
	var files []mediatest.File
	for name, size := range map[string]image.Point{
		"corners.heic": {X: 192, Y: 128}, "corners.avif": {X: 192, Y: 128},
	} {
		files = append(files, mediatest.File{
			Name: name, MediaType: "image/" + name[len(name)-4:], Data: shipped(t, name), Size: size, Want: corners,
		})
	}
	mediatest.Engine(t, &shared, files...)
}
