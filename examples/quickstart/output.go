package main

import (
	"context"
	"io"
)

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
