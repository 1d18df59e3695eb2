package human

import (
	"io"
	"os"
	"testing"
)

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 KB", 999_949: "999.9 KB", 999_950: "1.0 MB", 1_500_000_000: "1.50 GB"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%d) is %s instead of %s", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	if got := Count(1, "item", "items") + Count(0, "item", "items"); got != "1 item0 items" {
		t.Error(got)
	}
}

// TestIsTerminal: nothing that is no screen is drawn on, such as what throws all away.
func TestIsTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for what, w := range map[string]io.Writer{"a buffer": io.Discard, os.DevNull: null} {
		if IsTerminal(w) {
			t.Errorf("%s is a terminal", what)
		}
	}
}
