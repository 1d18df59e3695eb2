package scenario_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/glimpse-go/glimpse/internal/scenario"
)

var update = flag.Bool("update", false, "write what happens into the files of testdata")

// TestScenario plays every file of testdata in process and over HTTP. What
// happens must be what the file says, word by word, in both.
func TestScenario(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scenarios: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name+"/engine", func(t *testing.T) { play(t, file, &scenario.InProcess{}, *update) })
		t.Run(name+"/http", func(t *testing.T) { play(t, file, &scenario.OverHTTP{Dir: t.TempDir()}, false) })
	}
}

func play(t *testing.T, file string, net scenario.Network, write bool) {
	if !write {
		t.Parallel()
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w, err := scenario.New(t.Context(), net)
	if err != nil {
		t.Fatal(err)
	}
	got, err := scenario.Play(w, string(want))
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if write {
		err = os.WriteFile(file, []byte(got), 0o644)
	} else if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("%s differs (-file +now):\n%s", file, d)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestWrongFiles: what a file gets wrong is an error that names the line, and
// no answer of the exchange.
func TestWrongFiles(t *testing.T) {
	const setup = "user anna\npeer anna.pc of anna\ncamera anna.phone of anna\nanna.phone takes lake\nanna.phone makes picnic of lake\n"
	for _, line := range []string{
		"anna.pc", "anna.pc dances", "nobody receives", "hub dances", "peer x of nobody", "anna.pc publishes nothing",
		"anna.pc publishes", `anna.pc titles picnic "open`, "anna.pc fetches poster of lake in picnic",
		"anna.pc fetches original of sea in picnic", "anna.pc goes away", "anna.phone takes sea with poster",
		"anna.phone makes two of sea", "anna.phone makes two of lake for nobody", "anna.phone shares picnic with nobody",
		"anna.phone publishes picnic", "anna.pc shares picnic with hub", "anna.phone takes sea as poem", "anna.pc installs windows",
	} {
		w, err := scenario.New(t.Context(), &scenario.InProcess{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = scenario.Play(w, setup+line+"\n")
		if err == nil || !strings.HasPrefix(err.Error(), "line 6: "+line) {
			t.Errorf("%s: %v", line, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}
