package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// These arguments say what a process is that is none of those who measure.
const (
	hubCommand     = "hub"
	clientsCommand = "clients"
)

// runAs is what a command says, until in ends.
func runAs(ctx context.Context, command string, in io.Reader, w io.Writer) error {
	if command == hubCommand {
		return runHub(ctx, in, w)
	}
	return runClients(ctx, in)
}

// process is a program of its own.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// start runs this program with a command, below others where the system can.
func start(ctx context.Context, command string, below bool) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, self, command)}
	if below {
		p.cmd = exec.CommandContext(ctx, "nice", "-n", "19", self, command)
	}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

func (p *process) stop() error { return errors.Join(p.in.Close(), p.cmd.Wait()) }

// memory is what the system has given to the process, in bytes; 0 where it does not tell.
func (p *process) memory() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "RssAnon:")
	var kib int64
	_, _ = fmt.Sscan(after, &kib)
	return kib << 10
}

// hubProcess is a hub in a process of its own.
type hubProcess struct {
	*process
	site
}

func startHub(ctx context.Context) (*hubProcess, error) {
	p, err := start(ctx, hubCommand, false)
	if err != nil {
		return nil, err
	}
	h := &hubProcess{process: p}
	line, err := p.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &h.site)
	}
	return h, err
}
