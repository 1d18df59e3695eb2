package programtest

import (
	"path/filepath"
	"testing"
)

// Station is a hub, a peer or a camera in a folder of its own, as a process or between two.
type Station struct {
	Dir     string // its folder
	Address string // at which a hub or a peer listens
	Runs    *Process

	t       testing.TB
	program string
}

func newStation(t testing.TB, program, dir string) *Station {
	return &Station{Dir: filepath.Join(dir, program), Address: Port(t), t: t, program: Program(program)}
}

// NewHub starts a hub without users.
func NewHub(t testing.TB) *Station {
	t.Helper()
	h := newStation(t, "hub", t.TempDir())
	h.Start()
	return h
}

// Start starts a hub or a peer, with further flags, and waits until it serves.
func (s *Station) Start(flags ...string) {
	s.t.Helper()
	args, ready := []string{"-network", "127.0.0.0/8"}, "The hub is at"
	if filepath.Base(s.program) == "peer" {
		args, ready = []string{"run"}, "is served at"
	}
	s.Runs = Start(s.t, s.program, append(append(args, "-data", s.Dir, "-listen", s.Address), flags...)...)
	s.Runs.Await(ready)
}

// Stop stops it as Ctrl-C does, which has to end well.
func (s *Station) Stop() {
	s.t.Helper()
	s.Runs.Interrupt()
	if status := s.Runs.Status(); status != 0 {
		s.t.Errorf("exit status %d: %s", status, s.Runs.Errors())
	}
}

// Begin begins a command of the station.
func (s *Station) Begin(args ...string) *Process {
	s.t.Helper()
	return Start(s.t, s.program, append(args, "-data", s.Dir)...)
}

// Run runs a command of the station, which has to end well, and returns what it prints.
func (s *Station) Run(args ...string) string {
	s.t.Helper()
	return Run(s.t, s.program, append(args, "-data", s.Dir)...)
}

// Fails runs a command of the station, as the function of that name does.
func (s *Station) Fails(status int, args ...string) string {
	s.t.Helper()
	return Fails(s.t, status, s.program, append(args, "-data", s.Dir)...)
}

// Peer adds a user to the hub, with mail addresses, and starts the user's peer.
func (s *Station) Peer(name string, addresses ...string) *Station {
	s.t.Helper()
	return s.PeerIn(s.t.TempDir(), name, addresses...)
}

// PeerIn is Peer in a folder below dir.
func (s *Station) PeerIn(dir, name string, addresses ...string) *Station {
	s.t.Helper()
	p := newStation(s.t, "peer", dir)
	p.join(s.Begin(append([]string{"user", "add", name}, addresses...)...))
	p.Start()
	return p
}

// Camera has a camera join at a peer that runs.
func (s *Station) Camera() *Station {
	s.t.Helper()
	return s.CameraIn(s.t.TempDir())
}

// CameraIn is Camera in a folder below dir.
func (s *Station) CameraIn(dir string) *Station {
	s.t.Helper()
	c := newStation(s.t, "camera", dir)
	c.join(s.Begin("station", "add"))
	return c
}

// Computer has another computer of the user's join at a peer that runs, and starts its peer.
func (s *Station) Computer(name string) *Station {
	s.t.Helper()
	c := newStation(s.t, "peer", s.t.TempDir())
	c.join(s.Begin("station", "add"), "-name", name)
	c.Start()
	return c
}

// join makes a folder a station, as two people do who compare a code.
func (s *Station) join(operator *Process, flags ...string) {
	s.t.Helper()
	invitation := operator.Await("(?:peer|camera) join (https?://.*)\n")
	station := Start(s.t, s.program, append([]string{"join", invitation, "-data", s.Dir}, flags...)...)
	operator.Await("The code is " + station.Await(`The code is (.*)\.`))
	operator.Say("y")
	station.Say("y")
	if operator.Status() != 0 || station.Status() != 0 {
		s.t.Fatal(operator.Errors(), station.Errors())
	}
}
