package icc_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/icc"
	"github.com/glimpse-go/glimpse/transport/media/internal/icc/icctest"
)

func BenchmarkParse(b *testing.B) {
	data := icctest.DisplayP3(2).Bytes()
	for b.Loop() {
		p, err := icc.Parse(data)
		if err != nil || p.ToSRGB() == nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRGB(b *testing.B) {
	t := icc.AdobeRGB().ToSRGB()
	pix := make([]uint8, 3<<20)
	for i := range pix {
		pix[i] = uint8(i * 167 >> 4)
	}
	b.SetBytes(int64(len(pix)))
	for b.Loop() {
		t.RGB(pix)
	}
}
