package account

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"

	mathrand "math/rand/v2"

	"github.com/glimpse-go/glimpse/internal/disk"
)

// TestCrash: at whatever change of the disk the power fails, the account is there as it was
// or as it is to be; what Open has returned is there.
func TestCrash(t *testing.T) {
	const path = "account"
	for at := 0; ; at++ {
		m, changes := new(disk.Memory), 0
		fs := m.Boot()
		first, err := open(fs, path, "home", rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		next := first
		next.Name = "another name"
		failed := errors.New("power failed")
		m.Before = func(string) error {
			if changes++; changes > at {
				return failed
			}
			return nil
		}
		err = next.save(fs, path)
		m.Before = nil
		m.Fail(mathrand.New(mathrand.NewPCG(uint64(at), 1)))
		got, readErr := open(m.Boot(), path, "lost", rand.Reader)
		if readErr != nil || !bytes.Equal(textOf(t, got), textOf(t, first)) && !bytes.Equal(textOf(t, got), textOf(t, next)) {
			t.Fatalf("after %d changes: %+v, %v", at, got, readErr)
		}
		if err == nil {
			if got.Name != next.Name {
				t.Error("what was saved is lost")
			}
			return
		}
	}
}

func textOf(t *testing.T, a Account) []byte {
	t.Helper()
	text, err := a.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
