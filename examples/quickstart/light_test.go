package main

import (
	"os/exec"
	"strings"
	"testing"
)

// heavy are what takes long to build, or a C compiler: none of it is what people wait for who run
// this program first.
var heavy = []string{"libp2p", "sqlite", "modernc.org/"}

// ofHEIC is the one package with cgo. The decoder of HEIC brings it, and does without where there
// is no C compiler.
const ofHEIC = "github.com/ebitengine/purego/internal/cgo"

// TestLight: the first program that people run is soon built.
func TestLight(t *testing.T) {
	const format = "{{.ImportPath}}{{if not .Standard}}{{if .CgoFiles}} cgo{{end}}{{end}}"
	out, err := exec.Command("go", "list", "-deps", "-f", format, ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(strings.ReplaceAll(string(out), ofHEIC+" cgo\n", ""))
	if len(packages) < 100 {
		t.Errorf("%d packages", len(packages))
	}
	for i, name := range packages {
		if name == "cgo" {
			t.Error("a package with cgo:", packages[i-1])
		}
		for _, word := range heavy {
			if strings.Contains(name, word) {
				t.Error("built, too:", name)
			}
		}
	}
}
