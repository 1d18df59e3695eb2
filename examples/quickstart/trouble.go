package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"syscall"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
)

// troubles are what usually goes wrong, in plain words; the first that fits.
var troubles = []struct {
	err   error
	words string
}{
	{syscall.ENOSPC, "the disk is full"},
	{syscall.EDQUOT, "the disk quota is used up"},
	{syscall.EROFS, "the file system is read-only"},
	{fs.ErrPermission, "no permission"},
	{transport.ErrDigest, "bytes that are not the author's were refused"},
	{transport.ErrSeal, "a seal was refused"},
	{transport.ErrStorage, "a station cannot store"},
	{syscall.ECONNREFUSED, "a station is not there"},
	{transport.ErrStopped, "a station has stopped"},
	{transport.ErrUnreachable, "a station cannot be reached"},
}

// trouble is the text of what ended a run, on one line. It is empty if nobody
// reads what the program prints, such as after "quickstart | head".
func trouble(ctx context.Context, err error) string {
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return program.OneLine(errorText(err))
	case errors.Is(cause, syscall.EPIPE):
		return ""
	case errors.As(cause, new(printError)):
		return program.OneLine("nothing can be printed: " + errorText(cause))
	default:
		return program.OneLine("interrupted (" + cause.Error() + "): " + err.Error())
	}
}

// errorText puts the usual troubles into plain words, and the error after them.
func errorText(err error) string {
	for _, t := range troubles {
		if errors.Is(err, t.err) {
			return t.words + ": " + err.Error()
		}
	}
	return err.Error()
}

// lastFailure is a log that remembers the last failure only: what the operator
// of a station looks up when another was told no more than that it failed there.
type lastFailure struct {
	slog.Handler
	mu  sync.Mutex
	err error
}

// Enabled implements slog.Handler.
func (l *lastFailure) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (l *lastFailure) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok && (r.Level >= slog.LevelError || errors.Is(err, transport.ErrStorage)) {
			l.mu.Lock()
			l.err = err
			l.mu.Unlock()
		}
		return true
	})
	return nil
}

func (l *lastFailure) get() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
