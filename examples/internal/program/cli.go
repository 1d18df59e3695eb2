package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit statuses.
const (
	done   = 0
	failed = 1
	misuse = 2
)

// Env is the world around a command: what it reads and where it prints.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
}

// Config is the flag that every program has for options in a file.
type Config struct {
	Config kong.ConfigFlag `placeholder:"FILE" help:"Read options from a JSON file, such as {\"data\": \"/srv/glimpse\"}; what the command line or the environment says counts before it."`
}

// Main runs the program that grammar describes, as kong does: the command that was
// chosen has a method Run(context.Context, Env) error. The exit status is 0 if that returns
// nil, 1 if it fails, and 2 if the command line is of no use. Options are taken from
// the command line, then from the environment, in variables that begin with the name in
// capitals, then from a file. The context ends with SIGINT, SIGTERM and SIGHUP.
func Main(name, about string, grammar any) {
	ctx, stop := Signals(context.Background())
	status := run(ctx, name, about, grammar, os.Args[1:], Env{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(status)
}

// Signals returns a context that ends when the user interrupts the program, and whose cause
// is the signal.
//
// SIGPIPE is ignored, not listened to. The system sends it for every write to a connection
// that the other side has closed, so a program that listens to it takes a lost connection for
// an interruption. When it is ignored, the write fails with an error, for connections as for a
// closed standard output, which would otherwise kill the program and leave its temporary
// files behind.
func Signals(ctx context.Context) (context.Context, context.CancelFunc) {
	signal.Ignore(syscall.SIGPIPE)
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

// environment has each option come from a variable, too, such as GLIMPSE_PEER_P2P_JOIN: kong's own
// names part letters from digits.
func environment(program string) kong.Option {
	return kong.PostBuild(func(k *kong.Kong) error {
		return kong.Visit(k.Model, func(at kong.Visitable, next kong.Next) error {
			if f, ok := at.(*kong.Flag); ok && f.Name != "help" {
				name := strings.ToUpper("GLIMPSE_" + program + "_" + strings.ReplaceAll(f.Name, "-", "_"))
				f.Envs = slices.DeleteFunc(append(f.Envs, name), func(string) bool { return slices.Contains(f.Envs, "-") })
				f.Tag.Envs = f.Envs
			}
			return next(nil)
		})
	})
}

func run(ctx context.Context, name, about string, grammar any, args []string, env Env) int {
	parser, err := kong.New(grammar,
		kong.Name(name), kong.Description(about), kong.Writers(env.Out, env.Err),
		environment(name), kong.Configuration(configuration),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(env))
	if err != nil {
		panic(err) // the grammar is wrong
	}
	if len(args) > 0 && args[0] == completeWord {
		for _, word := range complete(parser.Model, args[1:]) {
			fmt.Fprintln(env.Out, word)
		}
		return done
	}
	if slices.Equal(args, []string{"completion"}) { // which needs no folder
		printCompletion(env.Out, name)
		return done
	}
	chosen, err := parser.Parse(longFlags(args))
	if errors.As(err, new(*fs.PathError)) || errors.As(err, new(plainError)) { // a file is not as it should be
		fmt.Fprintf(env.Err, "%s: %s\n", name, Trouble(err))
		return failed
	}
	if err != nil {
		fmt.Fprintf(env.Err, "%s: %s; see %s -h\n", name, OneLine(err.Error()), name)
		return misuse
	}
	err = chosen.Run()
	switch {
	case err == nil:
		return done
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintf(env.Err, "%s: interrupted; what was done is kept, and the same command goes on with it\n", name)
		return failed
	}
	fmt.Fprintf(env.Err, "%s: %s\n", name, Trouble(err))
	if errors.As(err, new(UsageError)) {
		return misuse
	}
	return failed
}

// longFlags lets flags of several letters begin with one dash, too, as those of Go's own
// programs do: kong would take them for several flags.
func longFlags(args []string) []string {
	long := make([]string, 0, len(args))
	for i, arg := range args {
		if arg == "--" {
			return append(long, args[i:]...)
		}
		if len(arg) > 2 && arg[0] == '-' && 'a' <= arg[1] && arg[1] <= 'z' {
			arg = "-" + arg
		}
		long = append(long, arg)
	}
	return long
}

// UsageError is an error in what a command was told: exit status 2.
type UsageError struct{ error }

// Unwrap returns the error itself.
func (e UsageError) Unwrap() error { return e.error }

// Usage makes an error of what a command was told.
func Usage(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }
