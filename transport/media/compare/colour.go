package main

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/media/internal/icc"
	"github.com/glimpse-go/glimpse/transport/media/internal/icc/icctest"
)

// mostDifferent is the CIEDE2000 that colours may differ by.
const mostDifferent = 2

// colour compares what the pure Go engine and libvips make of test patches by
// their ICC profile, before any JPEG coding: of a cube of colours of sRGB, as
// samples under the profile.
func (b *bench) colour(ctx context.Context) (results measure.Results, err error) {
	for _, of := range []func(version int) icctest.Profile{icctest.DisplayP3, icctest.AdobeRGB, icctest.ProPhoto} {
		for _, version := range []int{2, 4} {
			p := of(version)
			most, err := b.differenceUnder(ctx, p)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
			results = append(results, measure.AtMost("colour: largest ΔE2000 from libvips, "+p.Name+", pure Go", most, mostDifferent))
		}
	}
	return results, nil
}

func (b *bench) differenceUnder(ctx context.Context, p icctest.Profile) (most float64, err error) {
	patches := cube(p)
	theirs, err := b.byProfile(ctx, patches, p.Bytes())
	if err != nil {
		return 0, err
	}
	profile, err := icc.Parse(p.Bytes())
	if err != nil {
		return 0, err
	}
	profile.ToSRGB().RGB(patches)
	for i := 0; i < len(patches); i += 3 {
		want := color.RGBAModel.Convert(theirs.At(theirs.Bounds().Min.X+i/3, theirs.Bounds().Min.Y)).(color.RGBA)
		ours := icctest.Of(patches[i], patches[i+1], patches[i+2])
		most = max(most, icctest.Difference(ours.Lab(), icctest.Of(want.R, want.G, want.B).Lab()))
	}
	return most, nil
}

// cube returns the samples under the profile of colours of sRGB in even steps,
// red, green and blue of each.
func cube(p icctest.Profile) (samples []uint8) {
	const step = 17
	for r := 0; r < 256; r += step {
		for g := 0; g < 256; g += step {
			for b := 0; b < 256; b += step {
				s := p.FromSRGB(icctest.Of(uint8(r), uint8(g), uint8(b))).Samples()
				samples = append(samples, s[:]...)
			}
		}
	}
	return samples
}

// byProfile has vips turn a row of samples into sRGB.
func (b *bench) byProfile(ctx context.Context, samples, profile []byte) (image.Image, error) {
	in, out, by := filepath.Join(b.dir, "patches.ppm"), filepath.Join(b.dir, "patches.png"), filepath.Join(b.dir, "patches.icc")
	ppm := fmt.Appendf(nil, "P6 %d 1 255\n%s", len(samples)/3, samples)
	if err := os.WriteFile(in, ppm, 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(by, profile, 0o600); err != nil {
		return nil, err
	}
	if err := b.run(ctx, "icc_transform", in, out, "srgb", "--input-profile", by); err != nil {
		return nil, err
	}
	return readPNG(out)
}
