// Package programtest builds the programs of this module and runs them as processes, as
// people do, for tests.
package programtest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// Main builds programs of this module, such as "hub", into the folder that Program says,
// runs the tests of a package, and ends the process: TestMain calls it.
func Main(m *testing.M, names ...string) {
	if err := build(names...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(built)
	os.Exit(status)
}

var built string

// Program is the path of a program that Main has built.
func Program(name string) string { return filepath.Join(built, name) }

func build(names ...string) (err error) {
	if built, err = os.MkdirTemp("", "glimpse-programs-"); err != nil {
		return err
	}
	args := []string{"build", "-o", built + string(filepath.Separator)}
	for _, name := range names {
		args = append(args, "github.com/glimpse-go/glimpse/examples/"+name)
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("go %v: %w\n%s", args, err, out)
	}
	return nil
}

// Process is a program that runs.
type Process struct {
	t     testing.TB
	cmd   *exec.Cmd
	stdin io.WriteCloser
	ended chan struct{}

	mu      sync.Mutex
	more    *sync.Cond
	printed bytes.Buffer // on standard output
	errors  bytes.Buffer // on standard error
	all     bytes.Buffer // on either
	over    bool
}

// Start starts a program, which is killed at the end of the test.
func Start(t testing.TB, program string, args ...string) *Process {
	t.Helper()
	return StartIn(t, "", program, args...)
}

// StartIn is Start in a folder.
func StartIn(t testing.TB, dir, program string, args ...string) *Process {
	t.Helper()
	p := &Process{t: t, cmd: exec.Command(program, args...), ended: make(chan struct{})}
	p.cmd.Dir = dir
	p.more = sync.NewCond(&p.mu)
	p.cmd.Stdout, p.cmd.Stderr = printing{p, &p.printed}, printing{p, &p.errors}
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	go func() {
		p.cmd.Wait() // its status is asked for by Status
		p.mu.Lock()
		p.over = true
		p.mu.Unlock()
		p.more.Broadcast()
		close(p.ended)
	}()
	return p
}

type printing struct {
	p  *Process
	to *bytes.Buffer
}

func (w printing) Write(data []byte) (int, error) {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	defer w.p.more.Broadcast()
	w.p.all.Write(data)
	return w.to.Write(data)
}

// Await waits until the program has printed what a pattern matches, and returns what its
// first group does. If the program ends without, the test fails.
func (p *Process) Await(pattern string) string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if m := re.FindStringSubmatch(p.printed.String()); m != nil {
			return m[len(m)-1]
		}
		if p.over {
			p.t.Fatalf("%v ended without %q:\n%s%s", p.cmd.Args, pattern, p.printed.String(), p.errors.String())
		}
		p.more.Wait()
	}
}

// AwaitLine waits until the program has printed, on either output, what a pattern matches.
func (p *Process) AwaitLine(pattern *regexp.Regexp) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for ; !pattern.Match(p.all.Bytes()); p.more.Wait() {
		if p.over {
			p.t.Fatalf("%v ended without %q:\n%s", p.cmd.Args, pattern, p.all.String())
		}
	}
}

// AwaitMore waits until the program prints something more on standard output. If it ends
// without, the test fails.
func (p *Process) AwaitMore() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for printed := p.printed.Len(); p.printed.Len() == printed; p.more.Wait() {
		if p.over {
			p.t.Fatalf("%v ended:\n%s", p.cmd.Args, p.errors.String())
		}
	}
}

// Say types a line.
func (p *Process) Say(line string) {
	p.t.Helper()
	if _, err := fmt.Fprintln(p.stdin, line); err != nil {
		p.t.Fatal(err)
	}
}

// Kill ends the program at once, as kill -9 does, and waits until it is over.
func (p *Process) Kill() {
	p.cmd.Process.Kill() // it may be over already
	<-p.ended
}

// Interrupt asks the program to stop, as Ctrl-C does.
func (p *Process) Interrupt() { p.Signal(os.Interrupt) }

// Signal sends a signal to the program.
func (p *Process) Signal(s os.Signal) { p.cmd.Process.Signal(s) }

// Status waits for the end of the program, and returns its exit status.
func (p *Process) Status() int {
	<-p.ended
	return p.cmd.ProcessState.ExitCode()
}

// All is what it has printed so far on either output.
func (p *Process) All() string { return p.text(&p.all) }

// Printed is all that it has printed so far; Errors what it has on standard error.
func (p *Process) Printed() string { return p.text(&p.printed) }

// Errors is what it has printed on standard error so far.
func (p *Process) Errors() string { return p.text(&p.errors) }

func (p *Process) text(b *bytes.Buffer) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return b.String()
}

// Run runs a program to its end, which has to be a good one, and returns what it prints.
func Run(t testing.TB, program string, args ...string) string {
	t.Helper()
	p := Start(t, program, args...)
	if status := p.Status(); status != 0 {
		t.Fatalf("%s %v: exit status %d\n%s%s", program, args, status, p.Printed(), p.Errors())
	}
	return p.Printed()
}

// Fails runs a program that has to fail with an exit status, nothing on standard
// output and one line on standard error, which it returns.
func Fails(t testing.TB, status int, program string, args ...string) string {
	t.Helper()
	p := Start(t, program, args...)
	got := p.Status()
	lines := bufio.NewScanner(strings.NewReader(p.Errors()))
	n := 0
	for lines.Scan() {
		n++
	}
	if got != status || n != 1 || p.Printed() != "" {
		t.Fatalf("%s %v: exit status %d instead of %d, %d lines on standard error\n%s%s", program, args, got, status, n, p.Printed(), p.Errors())
	}
	return p.Errors()
}

// Port returns an address of this computer at which nobody listens.
func Port(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
