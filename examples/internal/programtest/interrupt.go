package programtest

import (
	"flag"
	"math/rand/v2"
	"strings"
	"time"
)

var interrupts = flag.Int("interrupts", 2, "how often each long word is interrupted; 20 take some minutes")

// longest is later than most of what a word does has been done.
const longest = 400 * time.Millisecond

// Interrupt interrupts a command of the station at random moments, as Ctrl-C does and as often as
// the flag says: each time it may have ended well, or says that the same command goes on with it.
func (s *Station) Interrupt(args ...string) {
	s.t.Helper()
	for range *interrupts {
		p := s.Begin(args...)
		time.Sleep(rand.N(longest)) // so that it is at any moment of what it does
		p.Interrupt()
		switch status := p.Status(); {
		case status == 0, status < 0: // it had ended, or had not begun
		case status != 1 || !strings.Contains(p.Errors(), "goes on with it") || strings.Contains(p.Errors(), "panic"):
			s.t.Errorf("%v: exit status %d: %s", args, status, p.All())
		}
	}
}

// Restart interrupts a hub or a peer that runs at random moments, as often as the flag says, and
// starts it again.
func (s *Station) Restart(flags ...string) {
	s.t.Helper()
	for range *interrupts {
		time.Sleep(rand.N(longest))
		s.Stop()
		s.Start(flags...)
	}
}
