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
	seed := flags.Uint64("seed", 1, "what is made is the same for a seed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *serving {
		return serve(ctx, r, w)
	}
	implementation := func(in io.Reader, out io.Writer) error { return serve(ctx, in, out) }
	if flags.NArg() > 0 {
		implementation = func(in io.Reader, out io.Writer) error { return start(ctx, flags.Args(), in, out) }
	}
	return drive(ctx, w, implementation, everything(*root, *seed)...)
}

// start runs a command until it ends.
func start(ctx context.Context, command []string, in io.Reader, out io.Writer) error {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Stdin, c.Stdout, c.Stderr = in, out, os.Stderr
	c.WaitDelay = time.Second // one that ended reads no more
	return c.Run()
}
