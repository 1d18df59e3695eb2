package filestore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/internal/disk"
	"github.com/glimpse-go/glimpse/transport"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// noise is n bytes that no other seed makes.
func noise(seed byte, n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(data)
	return data
}

// put commits a blob, and ends the upload if it cannot.
func put(t testing.TB, b transport.Blobs, key string, data []byte) error {
	w, err := b.Create(t.Context(), key)
	if err != nil {
		return err
	}
	if _, err := w.Write(data[w.Size():]); err != nil {
		return errors.Join(err, w.Close())
	}
	if err := w.Commit(t.Context()); err != nil {
		return errors.Join(err, w.Close())
	}
	return nil
}

// content returns all of a blob, nil if it is not there.
func content(t testing.TB, b transport.Blobs, key string) ([]byte, error) {
	f, err := b.Open(t.Context(), key)
	if errors.Is(err, transport.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
	return data, errors.Join(err, f.Close())
}

// fails has the power fail before a step.
func fails(m *disk.Memory, step int, seed uint64) (failed func() bool) {
	left := step
	m.Before = func(string) error {
		if left--; left != -1 {
			return nil
		}
		m.Fail(rand.New(rand.NewPCG(seed, uint64(step))))
		return disk.ErrCrashed
	}
	return func() bool { return left < 0 }
}

// everyStep runs something on new disks whose power fails before each of its steps, a
// few times at each, and then has what is left looked at, by a process that finds it. In short it is
// every third step.
func everyStep(t *testing.T, least int, run func(m *disk.Memory), look func(step string, m *disk.Memory)) {
	t.Helper()
	step, next := 0, 1
	if testing.Short() {
		next = 3
	}
	for crashed := true; crashed; step += next {
		for seed := range uint64(2) {
			m := new(disk.Memory)
			failed := fails(m, step, seed)
			run(m)
			crashed = failed()
			m.Before = nil
			look(fmt.Sprintf("step %d, seed %d", step, seed), m)
		}
	}
	if step < least {
		t.Errorf("only %d steps", step)
	}
}

// isOneOf reports whether data is one of some texts, nil none.
func isOneOf(data []byte, texts ...[]byte) bool {
	return slices.ContainsFunc(texts, func(text []byte) bool {
		return bytes.Equal(data, text) && (data == nil) == (text == nil)
	})
}
