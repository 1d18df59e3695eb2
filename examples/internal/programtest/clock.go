package programtest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clockShift is the environment variable by which a program of OwnClock's is wrong.
const clockShift = "GLIMPSE_TEST_CLOCK"

// OwnClock has the stations' programs have a clock that SetClock sets: from now on they are built
// of this project's code with another time.Now.
func OwnClock(t testing.TB, stations ...*Station) {
	t.Helper()
	to := t.TempDir() + string(filepath.Separator)
	var programs []string
	for _, s := range stations {
		name := filepath.Base(s.program)
		programs, s.program = append(programs, module+"/examples/"+name), to+name
	}
	args := append([]string{"build", "-overlay", overlay(t, programs), "-o", to}, programs...)
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
}

const module = "github.com/glimpse-go/glimpse"

// SetClock puts the clock of what is started from now on forward, or back.
func SetClock(t testing.TB, by time.Duration) { t.Setenv(clockShift, by.String()) }

const shifted = `

import (
	"os"
	"time"
)

func shiftedNow() time.Time {
	by, _ := time.ParseDuration(os.Getenv("` + clockShift + `"))
	return time.Now().Add(by)
}
`

// overlay says what to build in the place of this project's files that ask what time it is.
func overlay(t testing.TB, programs []string) string {
	t.Helper()
	to, replace := t.TempDir(), map[string]string{}
	for packages := listed(t, programs); packages.More(); {
		var p struct {
			ImportPath, Name, Dir string
			GoFiles               []string
		}
		if err := packages.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.ImportPath, module) && shift(t, p.Dir, p.GoFiles, to, replace) {
			file := filepath.Join(p.Dir, "shifted.go")
			replace[file] = write(t, to, file, "package "+p.Name+shifted)
		}
	}
	text, _ := json.Marshal(map[string]any{"Replace": replace}) // strings always can be
	return write(t, to, "overlay.json", string(text))
}

// listed lists the packages of which programs are built.
func listed(t testing.TB, programs []string) *json.Decoder {
	t.Helper()
	args := append([]string{"list", "-deps", "-json=ImportPath,Name,Dir,GoFiles"}, programs...)
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return json.NewDecoder(bytes.NewReader(out))
}

// shift replaces the files of a package that ask what time it is, and reports whether one does.
// Deadlines of connections are by a clock that nobody sets.
func shift(t testing.TB, dir string, names []string, to string, replace map[string]string) (any bool) {
	t.Helper()
	for _, name := range names {
		file := filepath.Join(dir, name)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "time.Now") && !strings.Contains(string(text), "Deadline(") {
			own := strings.ReplaceAll(string(text), "time.Now", "shiftedNow")
			replace[file], any = write(t, to, file, own+"\nvar _ time.Time\n"), true // it may import time for nothing else
		}
	}
	return any
}

// write writes a file into a folder, under one name for each.
func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, strings.ReplaceAll(name, string(filepath.Separator), "_"))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
