package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// signals returns a context that ends when the user interrupts the program, and
// whose cause is the signal.
//
// SIGPIPE is ignored, not listened to. The system sends it for every write to a
// connection that the other side has closed, so a program that listens to it takes
// a lost connection for an interruption. When it is ignored, the write fails with
// an error, for connections as for a closed standard output, which would otherwise
// kill the program and leave its temporary folder behind.
func signals(ctx context.Context) (context.Context, context.CancelFunc) {
	signal.Ignore(syscall.SIGPIPE)
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

// output is the standard output. If nothing can be written to it any more, there
// is no point in going on: the run is ended.
type output struct {
	io.Writer
	end context.CancelCauseFunc
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		o.end(printError{err})
	}
	return n, err
}

// printError says that nothing can be printed, and why.
type printError struct{ error }

// Unwrap returns the cause.
func (e printError) Unwrap() error { return e.error }
