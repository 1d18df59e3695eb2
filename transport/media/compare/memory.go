package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// budget is the default one of a Maker.
const budget = 192 << 20

// memory has each engine make a thumbnail of large pictures, in a process of its
// own.
func (b *bench) memory(ctx context.Context) (results measure.Results, err error) {
	if mostResident() == 0 {
		return nil, errors.New("the memory of a process is measured on Linux only")
	}
	for _, l := range []struct {
		name string
		make func(ctx context.Context, file string) error
	}{
		{"200 MP JPEG", b.baseline200},
		{"50 MP progressive JPEG, 4:4:4", b.progressive50},
	} {
		file := filepath.Join(b.dir, "large.jpg")
		if err := l.make(ctx, file); err != nil {
			return nil, err
		}
		for _, e := range b.engines {
			some, err := b.heldBy(ctx, e, file, l.name)
			if err != nil {
				return nil, err
			}
			results = append(results, some...)
		}
	}
	return results, nil
}

// heldBy runs a child, whose end by a signal is a result as well.
func (b *bench) heldBy(ctx context.Context, e engine, file, name string) (measure.Results, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	answer, err := exec.CommandContext(ctx, program, childCommand, childMemory, e.name, file).Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var h held
	if err == nil {
		err = json.Unmarshal(answer, &h)
	}
	bad := 0.0
	if err != nil || h.Refused != "" || e.always && !h.Made {
		bad = 1
	}
	b.note("memory: %s, %s: made: %t %s", name, e.name, h.Made, problem(err, h.Refused))
	return measure.Results{
		measure.AtMost(fmt.Sprintf("memory: MiB more than before it, %s, %s", name, e.name), float64(h.After-h.Before)/(1<<20), budget>>20),
		measure.AtMost(fmt.Sprintf("memory: %s, %s, %s", orGeneric(e), name, e.name), bad, 0),
	}, nil
}

func orGeneric(e engine) string {
	if e.always {
		return "not made"
	}
	return "neither made nor generic"
}

func problem(err error, refused string) string {
	if err != nil {
		return fmt.Sprintf("(it ended: %v)", err)
	}
	return refused
}
