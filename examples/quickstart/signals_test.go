package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
)

// TestMain is the command itself if the test has started it so.
func TestMain(m *testing.M) {
	if os.Getenv("QUICKSTART_ITSELF") != "" {
		main()
	}
	os.Exit(m.Run())
}

// itself is the command as a process of its own.
func itself(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), "QUICKSTART_ITSELF=1", "TMPDIR="+t.TempDir())
	return cmd
}

// A connection that the other side has closed is no interruption.
func TestClosedConnectionInterruptsNothing(t *testing.T) {
	ctx, stop := program.Signals(t.Context())
	defer stop()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	other, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	for err == nil {
		_, err = conn.Write(make([]byte, 1<<10))
	}
	for !errors.Is(err, syscall.EPIPE) {
		if _, err = conn.Write([]byte{1}); err == nil {
			t.Fatal("written to nobody")
		}
	}
	select {
	case <-ctx.Done():
		t.Errorf("interrupted: %v", context.Cause(ctx))
	case <-time.After(50 * time.Millisecond):
	}
}

// An interrupted run says so, and leaves nothing behind.
func TestSignals(t *testing.T) {
	for sent, words := range map[os.Signal]string{os.Interrupt: "interrupted (interrupt", syscall.SIGTERM: "interrupted (terminated"} {
		t.Run(words, func(t *testing.T) {
			cmd := itself(t)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			io.ReadFull(out, make([]byte, 10)) // the story has begun
			cmd.Process.Signal(sent)
			io.Copy(io.Discard, out)
			cmd.Wait()
			outcome{cmd.ProcessState.ExitCode(), "", errs.String()}.refused(t, 1, words)
			leftNothing(t, cmd)
		})
	}
}

func leftNothing(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	_, temp, _ := strings.Cut(cmd.Env[len(cmd.Env)-1], "=")
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// When nobody reads the story any more, the command ends without a word.
func TestClosedOutput(t *testing.T) {
	cmd := itself(t, "-photos", photos(t))
	var errs bytes.Buffer
	cmd.Stderr = &errs
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = w
	r.Close()
	err = cmd.Run()
	w.Close()
	if code := cmd.ProcessState.ExitCode(); code != 1 || errs.Len() > 0 {
		t.Errorf("exit status %d, %v: %q", code, err, errs.String())
	}
	leftNothing(t, cmd)
}

// When the story cannot be written, the command says why.
func TestFullOutput(t *testing.T) {
	full := writerFunc(func([]byte) (int, error) { return 0, syscall.ENOSPC })
	var errs bytes.Buffer
	status := run(t.Context(), []string{"-photos", photos(t)}, full, &errs, tricks{})
	outcome{status, "", errs.String()}.refused(t, 1, "nothing can be printed: the disk is full")
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// An error that wraps context.Canceled where nobody has interrupted is no
// interruption.
func TestCanceledElsewhere(t *testing.T) {
	err := errors.Join(transport.ErrUnreachable, context.Canceled)
	if got := trouble(t.Context(), err); strings.Contains(got, "interrupted") || !strings.Contains(got, "cannot be reached") {
		t.Error(got)
	}
}
