package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/glimpse-go/glimpse/transport/media"
)

// childCommand is the first argument of a process in which this program measures
// itself. Then follow what to do and the name of the engine.
const childCommand = "child"

// child runs such a process and returns its exit status.
func child(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := errors.New("a child needs to know what to do, and with which engine")
	if len(args) > 2 {
		var e engine
		if e, err = engineOf(args[1]); err == nil {
			err = doChild(ctx, args[0], e, args[2:], stdout)
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, "compare:", err)
		return useless
	}
	return within
}

func doChild(ctx context.Context, what string, e engine, args []string, stdout io.Writer) error {
	if what == childMemory {
		return json.NewEncoder(stdout).Encode(heldFor(ctx, e, args[0]))
	}
	var box media.Box
	if _, err := fmt.Sscanf(args[0], "%dx%d", &box.W, &box.H); err != nil {
		return err
	}
	return makeAll(ctx, e, box, args[1], args[2:])
}

// What a child does.
const (
	childThumbnails = "thumbnails" // BOX FOLDER FILE...
	childMemory     = "memory"     // FILE
)

// makeAll does what vipsthumbnail does: a thumbnail of each file in a folder.
func makeAll(ctx context.Context, e engine, box media.Box, dir string, files []string) error {
	k := e.maker(0)
	for _, file := range files {
		made, err := k.file(ctx, file, box)
		if err == nil {
			err = os.WriteFile(thumbnailOf(dir, file), made[0].JPEG, 0o600)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	return nil
}

// held is what making a thumbnail took of the memory.
type held struct {
	Before, After int64 // most bytes resident so far
	Made          bool
	Refused       string // why it was not made, if it was not for lack of memory
}

func heldFor(ctx context.Context, e engine, file string) (h held) {
	m := e.usual()
	h.Before = mostResident()
	_, _, err := m.File(ctx, file, boxes[0])
	h.After, h.Made = mostResident(), err == nil
	if err != nil && !errors.Is(err, media.ErrTooLarge) {
		h.Refused = err.Error()
	}
	return h
}

// mostResident returns the peak resident set of this process so far, or 0 where
// the system is not Linux (proc_pid_status(5), VmHWM).
func mostResident() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	fmt.Sscan(after, &kilobytes)
	return kilobytes << 10
}
