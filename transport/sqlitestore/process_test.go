package sqlitestore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("GLIMPSE_SQLITE_DIR"); dir != "" {
		fmt.Println(count(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// count is what a process of a test does: eight add to one record as fast as they can,
// and tell of each time. It has no end.
func count(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, dir)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for range 8 {
		go func() {
			for {
				if err := add(ctx, s); err != nil {
					failed <- err
				}
				fmt.Println("added")
			}
		}()
	}
	return <-failed
}

// add adds one to a record.
func add(ctx context.Context, s *Store) error {
	for {
		found, err := s.Get(ctx, "count")
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(string(found[0].Value))
		_, err = s.Apply(ctx, transport.Batch{
			Conditions: []transport.Condition{{Key: "count", Version: found[0].Version}},
			Changes:    []transport.Change{{Key: "count", Value: []byte(strconv.Itoa(n + 1))}},
		})
		if !errors.Is(err, transport.ErrConflict) {
			return err
		}
	}
}

// TestProcessesKilled has two processes count in one folder, each of which is killed
// when it has told of so many times, and then the next ones.
func TestProcessesKilled(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	told, begun := 0, 0
	for range 5 {
		var all sync.WaitGroup
		var lines [2]int
		for i := range lines {
			all.Go(func() { lines[i] = killed(t, dir, 100*(i+1)) })
		}
		all.Wait()
		told += lines[0] + lines[1]
		begun += 2 * 8
		found, err := s.Get(t.Context(), "count")
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := strconv.Atoi(string(found[0].Value)); n < told || n > told+begun {
			t.Fatalf("the count is %d after %d that were told, and %d at most that were not", n, told, begun)
		}
	}
	t.Logf("10 processes killed, %d changes told", told)
}

// killed runs a process, kills it when it has told of so many times, and returns how
// often it told.
func killed(t *testing.T, dir string, after int) (told int) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "GLIMPSE_SQLITE_DIR="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Error(err)
		return 0
	}
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return 0
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() != "added" {
			t.Errorf("a process ends with %s", lines.Text())
		}
		if told++; told == after {
			cmd.Process.Kill()
		}
	}
	cmd.Wait() // it was killed
	return told
}
