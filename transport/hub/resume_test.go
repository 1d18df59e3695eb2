package hub_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
)

// TestResume: what a process has begun and left is taken over when its lease has ended,
// and not before; the author is told as the reader is.
func TestResume(t *testing.T) {
	s := newSisters(t, 1, "title")
	s.disk.apply = func(all []transport.Change) error {
		for _, c := range all {
			if strings.HasPrefix(c.Key, "o/") {
				return errors.Join(transport.ErrStorage, errors.New("the process has ended"))
			}
		}
		return nil
	}
	s.cam.Shares(s.names[0])
	s.disk.apply = nil
	for _, step := range []struct {
		after     time.Duration
		told, job int
	}{{0, 0, 1}, {29 * time.Second, 0, 1}, {2 * time.Second, 2, 0}} {
		s.w.Pass(step.after)
		labtest.Must(t, s.w.Hub.Hub.Resume(t.Context()))
		if told, job := s.count(t, "o/"), s.count(t, "job/"); told != step.told || job != step.job {
			t.Errorf("after %v: %d told, %d jobs", step.after, told, job)
		}
	}
}

// count counts records of a kind.
func (s *sisters) count(t *testing.T, prefix string) (n int) {
	t.Helper()
	for _, err := range s.disk.Scan(t.Context(), prefix, "", 0) {
		labtest.Must(t, err)
		n++
	}
	return n
}
