package programtest

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var interrupts = flag.Int("interrupts", 2, "how often each long word is interrupted; 20 take some minutes")

// longest is later than most of what a word does has been done.
const longest = 400 * time.Millisecond

// Interrupts is how often tests interrupt a word.
func Interrupts() int { return *interrupts }

// Interrupt interrupts a program at a random moment, as Ctrl-C does: it may have ended well, or
// says that the same command goes on with it.
func Interrupt(t testing.TB, program string, args ...string) {
	t.Helper()
	p := Start(t, program, args...)
	time.Sleep(rand.N(longest)) // so that it is at any moment of what it does
	p.Interrupt()
	switch status := p.Status(); {
	case status == 0, status < 0: // it had ended, or had not begun
	case status != 1 || !strings.Contains(p.Errors(), "goes on with it") || strings.Contains(p.Errors(), "panic"):
		t.Errorf("%v: exit status %d: %s", args, status, p.All())
	}
}

// Interrupt interrupts a command of the station, as the function of that name does, Interrupts
// times.
func (s *Station) Interrupt(args ...string) {
	s.t.Helper()
	for range Interrupts() {
		Interrupt(s.t, s.program, append(args, "-data", s.Dir)...)
	}
}

// Restart interrupts a hub or a peer that runs at random moments, as often as the flag says, and
// starts it again.
func (s *Station) Restart(flags ...string) {
	s.t.Helper()
	for range Interrupts() {
		time.Sleep(rand.N(longest))
		s.Stop()
		s.Start(flags...)
	}
}
