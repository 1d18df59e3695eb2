package jpeg

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// Luma is to the bit what libjpeg's own decoder makes at full scale and at one
// eighth, and close to it between, where libjpeg takes the mean of samples.
func TestDecodeAsLibjpeg(t *testing.T) {
	djpeg, err := exec.LookPath("djpeg")
	if err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal("djpeg (libjpeg-turbo-progs) is needed and not installed")
		}
		t.Skip("djpeg is not installed")
	}
	for _, name := range []string{"gray", "4:2:0"} {
		for way, change := range ways {
			m := made{width: 203, height: 149, factors: samplings[name], quality: 75}
			change(&m)
			for scale, most := range map[int]int{1: 0, 2: 4, 4: 6, 8: 0} {
				t.Run(fmt.Sprint(name, "/", way, "/", scale), func(t *testing.T) {
					cmd := exec.CommandContext(t.Context(), djpeg, "-grayscale", "-pnm", "-scale", fmt.Sprint("1/", scale))
					cmd.Stdin = bytes.NewReader(m.file())
					out, err := cmd.Output()
					if err != nil {
						t.Fatal(err)
					}
					compare(t, decode(t, m.file(), scale).Planes[:1], []raster.Plane{pgm(t, out)}, most, 1)
				})
			}
		}
	}
}

// pgm reads a portable graymap.
func pgm(t *testing.T, file []byte) raster.Plane {
	t.Helper()
	var size image.Point
	if _, err := fmt.Sscanf(string(file), "P5\n%d %d\n255\n", &size.X, &size.Y); err != nil {
		t.Fatal(err)
	}
	return raster.Plane{Pix: file[len(file)-size.X*size.Y:], Stride: size.X, Size: size}
}
