package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/media"
)

// boxes are the sizes that are measured: a thumbnail and a screen.
var boxes = [...]media.Box{{W: 160, H: 120}, {W: 640, H: 480}}

// all measures everything.
func all(ctx context.Context, o options, notes io.Writer) (measure.Results, error) {
	b, err := open(ctx, o, notes)
	if err != nil {
		return nil, err
	}
	defer b.close()
	var results measure.Results
	for _, row := range []struct {
		name string
		of   func(context.Context) (measure.Results, error)
	}{
		{"quality", b.quality},
		{"orientation", b.orientation},
		{"colour", b.colour},
		{"time", b.time},
		{"memory", b.memory},
		{"quickstart", b.quickstart},
	} {
		from := time.Now()
		more, err := row.of(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", row.name, err)
		}
		results = append(results, more...)
		b.note("%s: measured in %.1f s", row.name, time.Since(from).Seconds())
	}
	return results, nil
}
