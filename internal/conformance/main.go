// Conformance drives an implementation of Glimpse's formats, in any language, with the vectors
// and with what this repository's packages make, and says where it differs:
//
//	go run ./internal/conformance -- node transport/gallery/js/conform/main.js
//	go run ./internal/conformance                 this repository's packages
//	go run ./internal/conformance -serve          answers commands, as an implementation does
//
// README.md beside this file describes the commands. It ends with status 1 if anything differs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, r io.Reader, w io.Writer) error {
	flags := flag.NewFlagSet("conformance", flag.ContinueOnError)
	serving := flags.Bool("serve", false, "answer commands on standard input")
	root := flags.String("root", ".", "root of the repository")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case *serving:
		return serve(ctx, r, w)
	case flags.NArg() == 0:
		return drive(ctx, *root, w, func(in io.Reader, out io.Writer) error { return serve(ctx, in, out) })
	}
	return drive(ctx, *root, w, func(in io.Reader, out io.Writer) error {
		command := exec.CommandContext(ctx, flags.Arg(0), flags.Args()[1:]...)
		command.Stdin, command.Stdout, command.Stderr = in, out, os.Stderr
		command.WaitDelay = time.Second // one that ended reads no more
		return command.Run()
	})
}
