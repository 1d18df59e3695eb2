// Footprint measures how small a device is: a program that makes and shares a collection with
// packages collection, signature/edsigner, transport/device and transport/memstore.
//
//	go run ./internal/footprint         prints a table and the bounds
//	go run ./internal/footprint -json   as JSON
//
// It builds ./internal/footprint/camera and runs it beside an empty program, both with GOGC=50.
// It ends with status 1 if a bound is missed; none is of time. Linux alone tells what memory a
// process has of its own (RssAnon); elsewhere that figure is left out.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// The bounds, and the setting of the collector with which they are kept.
const (
	perItem = 1000      // bytes allocated
	memory  = 5_000_000 // bytes above an empty program
	binary  = 3_500_000 // bytes, stripped
	setting = "GOGC=50"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "footprint:", err)
		os.Exit(1)
	}
}

// run measures and prints.
func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("footprint", flag.ContinueOnError)
	flags.SetOutput(out)
	asJSON := flags.Bool("json", false, "print JSON")
	items := flags.Int("items", 10_000, "how many `items` the collection has")
	if err := flags.Parse(args); err != nil {
		return err
	}
	results, err := footprint(*items)
	if err != nil {
		return err
	}
	return errors.Join(results.Print(out, *asJSON), results.Err())
}

// footprint builds and runs the camera with n items.
func footprint(n int) (measure.Results, error) {
	dir, err := os.MkdirTemp("", "footprint")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	camera, err := build(dir, "camera")
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(camera)
	if err != nil {
		return nil, err
	}
	results := measure.Results{measure.AtMost("size of a stripped camera, bytes", float64(info.Size()), binary)}
	said, err := start(camera, strconv.Itoa(n))
	if err != nil {
		return nil, err
	}
	line, status, _ := bytes.Cut(said, []byte("\n"))
	allocated, err := strconv.ParseFloat(string(line), 64)
	if err != nil {
		return nil, fmt.Errorf("the camera says %q", line)
	}
	what := fmt.Sprintf("allocated an item in Make and Share of %d items, bytes", n)
	results = append(results, measure.AtMost(what, allocated/float64(n), perItem))
	if runtime.GOOS != "linux" {
		return results, nil
	}
	above, err := aboveEmpty(dir, status)
	what = fmt.Sprintf("RssAnon above an empty program with %d items, %s, bytes", n, setting)
	return append(results, measure.AtMost(what, above, memory)), err
}

// aboveEmpty is how much more memory a process with this status has than an empty one.
func aboveEmpty(dir string, status []byte) (float64, error) {
	empty, err := build(dir, "empty")
	if err != nil {
		return 0, err
	}
	nothing, err := start(empty)
	if err != nil {
		return 0, err
	}
	least, err := rssAnon(nothing)
	if err != nil {
		return 0, err
	}
	has, err := rssAnon(status)
	return has - least, err
}

// build builds one of the programs below this one, stripped, and returns its file.
func build(dir, name string) (string, error) {
	file := filepath.Join(dir, name)
	c := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file,
		"github.com/glimpse-go/glimpse/internal/footprint/"+name)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	c.Stderr = os.Stderr
	return file, c.Run()
}

// start runs a program and returns what it prints.
func start(file string, args ...string) ([]byte, error) {
	c := exec.Command(file, args...)
	c.Env = append(os.Environ(), setting)
	c.Stderr = os.Stderr
	return c.Output()
}

// rssAnon reads from /proc/self/status how many bytes of memory a process has that no
// file backs.
func rssAnon(status []byte) (float64, error) {
	for line := range strings.Lines(string(status)) {
		if kB, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(kB), " kB"), 64)
			return 1024 * n, err
		}
	}
	return 0, errors.New("/proc/self/status has no RssAnon")
}
