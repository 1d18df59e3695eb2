package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/glimpse-go/glimpse/transport/media"
)

// tools are the programs that all is measured against.
type tools struct {
	vips, vipsthumbnail string
	pin                 []string // puts a program onto one core, where the system can
}

func findTools() (t tools, err error) {
	if t.vips, err = programCalled("vips"); err == nil {
		t.vipsthumbnail, err = programCalled("vipsthumbnail")
	}
	if taskset, missing := exec.LookPath("taskset"); missing == nil && runtime.GOOS == "linux" {
		t.pin = []string{taskset, "-c", "0"}
	}
	return t, err
}

func programCalled(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("%s is needed and not installed: apt-get install libvips-tools (Debian, Ubuntu), dnf install vips-tools (Fedora), brew install vips (macOS)", program)
	}
	return path, nil
}

// intoSRGB has pictures turned into sRGB, for vips and vipsthumbnail. Pictures that
// have no profile must be said to be in sRGB: libvips 8.14 makes them darker
// otherwise, dark ones by half.
var intoSRGB = []string{"--export-profile", "srgb", "--import-profile", "srgb"}

// thumbnails has one vipsthumbnail make a thumbnail of each file, in folder dir
// under the name that thumbnailOf returns, and returns the time it took of the
// processor. What it cannot make is not there afterwards.
func (t tools) thumbnails(ctx context.Context, dir string, box media.Box, files []string) (time.Duration, error) {
	args := append([]string{t.vipsthumbnail, "--size", fmt.Sprintf("%dx%d>", box.W, box.H),
		"-o", filepath.Join(dir, "%s.jpg[strip,background=255]")}, intoSRGB...)
	took, err := t.onOneCore(ctx, append(args, files...), "VIPS_CONCURRENCY=1")
	if errors.As(err, new(*exec.ExitError)) && ctx.Err() == nil {
		return took, nil // it says so if there is one file that it could not make
	}
	return took, err
}

// onOneCore runs a command and returns the time it took of the processor.
func (t tools) onOneCore(ctx context.Context, command []string, env ...string) (time.Duration, error) {
	command = append(append([]string{}, t.pin...), command...)
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Env = append(os.Environ(), env...)
	said, err := c.CombinedOutput()
	if err != nil {
		return cpuTime(c), fmt.Errorf("%s: %w: %s", filepath.Base(command[len(t.pin)]), err, bytes.TrimSpace(said))
	}
	return cpuTime(c), nil
}

func cpuTime(c *exec.Cmd) time.Duration {
	if c.ProcessState == nil {
		return 0
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
}

// run runs vips.
func (t tools) run(ctx context.Context, args ...string) error {
	said, err := exec.CommandContext(ctx, t.vips, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("vips %s: %w: %s", args[0], err, bytes.TrimSpace(said))
	}
	return nil
}

// thumbnailOf is where thumbnails puts the one of a file without an extension.
func thumbnailOf(dir, file string) string {
	return filepath.Join(dir, filepath.Base(file)+".jpg")
}

// unlimited is a side that no picture has.
const unlimited = "10000000"

// full decodes a picture by itself: all of its pixels, upright and in sRGB.
func (t tools) full(ctx context.Context, file, temporary string) (image.Image, error) {
	args := append([]string{"thumbnail", file, temporary + "[compression=0,strip]", unlimited, "--height", unlimited, "--size", "down"}, intoSRGB...)
	if err := t.run(ctx, args...); err != nil {
		return nil, err
	}
	return readPNG(temporary)
}

func readPNG(file string) (image.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return png.Decode(f)
}
