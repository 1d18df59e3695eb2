package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
)

// rig lets the servers that packages start for tests run in a command: it is a testing.TB
// as far as they use one. What a test would fail or skip with, run returns.
type rig struct {
	testing.TB // nil: what is not below is not used

	dir   string
	ends  []func()
	wrong error // what was told by Error and Errorf
}

// errSkipped says that something is not there that a measurement needs. Where nothing may be
// missing, nothing wraps it.
var errSkipped = errors.New("skipped")

// missing is the error where something cannot be measured here.
func missing(what string, err error) error {
	if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%w: %s: %w", errSkipped, what, err)
}

// stopped is what Fatal and Skip panic with.
type stopped struct{ err error }

// run calls f, and returns what it stopped with.
func (r *rig) run(f func()) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stopped:
			err = p.err
		default:
			panic(p)
		}
		err, r.wrong = errors.Join(err, r.wrong), nil
	}()
	f()
	return nil
}

// close does what was to be done at the end, the last first.
func (r *rig) close() (err error) {
	for _, end := range slices.Backward(r.ends) {
		err = errors.Join(err, r.run(end))
	}
	return err
}

// Helper implements testing.TB.
func (*rig) Helper() {}

// Cleanup implements testing.TB.
func (r *rig) Cleanup(f func()) { r.ends = append(r.ends, f) }

// TempDir implements testing.TB.
func (r *rig) TempDir() string {
	dir, err := os.MkdirTemp(r.dir, "server")
	if err != nil {
		r.Fatal(err)
	}
	return dir
}

// Error implements testing.TB.
func (r *rig) Error(args ...any) { r.wrong = errors.Join(r.wrong, errors.New(fmt.Sprint(args...))) }

// Errorf implements testing.TB.
func (r *rig) Errorf(format string, args ...any) { r.Error(fmt.Sprintf(format, args...)) }

// Fatal implements testing.TB.
func (r *rig) Fatal(args ...any) { panic(stopped{errors.New(fmt.Sprint(args...))}) }

// Fatalf implements testing.TB.
func (r *rig) Fatalf(format string, args ...any) { r.Fatal(fmt.Sprintf(format, args...)) }

// Skip implements testing.TB.
func (r *rig) Skip(args ...any) {
	panic(stopped{fmt.Errorf("%w: %s", errSkipped, fmt.Sprint(args...))})
}
