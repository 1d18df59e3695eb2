package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// quickstart runs it on a folder in which some pictures are equal.
func (b *bench) quickstart(ctx context.Context) (measure.Results, error) {
	runs, pictures, pairs := 10, 100, 15
	if b.quick {
		runs, pictures, pairs = 2, 30, 5
	}
	root, err := checkout()
	if err != nil {
		return nil, err
	}
	dir, err := b.folder("pairs")
	if err == nil {
		err = drawPairs(dir, pictures, pairs)
	}
	program := filepath.Join(b.dir, "quickstart.exe") // as all systems run it
	if err == nil {
		err = build(ctx, root, program)
	}
	if err != nil {
		return nil, err
	}
	good := 0
	for i := range runs {
		err := shares(ctx, program, dir, pictures)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			good++
			continue
		}
		b.note("quickstart: run %d: %v", i+1, err)
	}
	what := fmt.Sprintf("quickstart: good runs of %d, %d pairs of equal pictures among %d", runs, pairs, pictures)
	return measure.Results{measure.AtLeast(what, float64(good), float64(runs))}, nil
}

// drawPairs writes pictures of which some are equal to another: every other pair
// is one of equal bytes, and the rest are equal to look at.
func drawPairs(dir string, pictures, pairs int) error {
	for i := range pictures {
		n, x := i, mediatest.EXIF{}
		if i >= pictures-pairs {
			n = i - (pictures - pairs)
			x.Place = n%2 == 1
		}
		file := filepath.Join(dir, fmt.Sprintf("IMG_%04d.jpg", i))
		err := writeFile(file, func(f *os.File) error { return mediatest.Sample(f, n, 640, 480, x) })
		if err != nil {
			return err
		}
	}
	return nil
}

// build builds it as go run does, once for all runs.
func build(ctx context.Context, root, program string) error {
	c := exec.CommandContext(ctx, "go", "build", "-o", program, "./examples/quickstart")
	c.Dir = root
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./examples/quickstart: %w: %s", err, said)
	}
	return nil
}

// shares says why the quickstart did not share all pictures of the folder.
func shares(ctx context.Context, program, dir string, pictures int) error {
	c := exec.CommandContext(ctx, program, "-photos", dir, "-json")
	var said bytes.Buffer
	c.Stderr = &said
	answer, err := c.Output()
	if err != nil {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	var shared struct {
		Items   int
		Skipped []string
	}
	err = json.Unmarshal(answer, &shared)
	if err == nil && (shared.Items != pictures || len(shared.Skipped) > 0) {
		err = fmt.Errorf("it shared %d of %d pictures, and skipped %q", shared.Items, pictures, shared.Skipped)
	}
	return err
}

// checkout returns the folder, around the current one, that quickstart is in.
func checkout() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "examples", "quickstart", "main.go")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			err = errors.New("run it inside the checkout, which has examples/quickstart")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
