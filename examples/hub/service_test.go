package main

import (
	"debug/elf"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestService: what the files beside the program put into the environment, or on the command
// line, is read.
func TestService(t *testing.T) {
	help := programtest.Run(t, programtest.Program("hub"), "run", "-h")
	for _, name := range []string{"glimpse-hub.service", "Containerfile"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, variable := range regexp.MustCompile("GLIMPSE_HUB_[A-Z_]+").FindAllString(string(text), -1) {
			if !strings.Contains(help, "$"+variable+")") && !strings.Contains(help, "$"+variable+",") {
				t.Errorf("%s: nothing reads %s", name, variable)
			}
		}
		for _, option := range regexp.MustCompile(` -(data|url|listen|network|[a-z]+-[a-z-]+) `).FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(help, "--"+option[1]+"=") {
				t.Errorf("%s: there is no option -%s", name, option[1])
			}
		}
	}
}

// TestUnit: systemd, where it is, finds nothing to say of the unit, once the program is there.
func TestUnit(t *testing.T) {
	text, err := os.ReadFile("glimpse-hub.service")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip("there is no systemd-analyze to verify the unit: ", err)
	}
	unit := filepath.Join(t.TempDir(), "glimpse-hub.service")
	here := strings.ReplaceAll(string(text), "/usr/local/bin/glimpse-hub", programtest.Program("hub"))
	if err := os.WriteFile(unit, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

var container = flag.Bool("container", false, "build the hub as the container does, which compiles all that it needs anew: some minutes")

// TestContainer runs the hub as the container does, with what that sets. All that the container
// builds it of is in what is copied there and in the cache of modules, and with the flag -container
// it is built of that as there.
func TestContainer(t *testing.T) {
	text, err := os.ReadFile("Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	src, out := copied(t), programtest.Program("hub")
	inCopy(t, src, "go list -deps "+lastField(lineOf(t, string(text), "RUN")))
	if *container {
		out = filepath.Join(t.TempDir(), "hub")
		inCopy(t, src, strings.ReplaceAll(lineOf(t, string(text), "RUN"), "-o /hub ", "-o "+out+" "))
		needsNothing(t, out)
	}
	port := programtest.Port(t)
	for _, set := range strings.Fields(lineOf(t, string(text), "ENV")) {
		name, value, _ := strings.Cut(set, "=")
		switch {
		case name == "GLIMPSE_HUB_DATA":
			value = filepath.Join(t.TempDir(), value)
		case name == "GLIMPSE_HUB_LISTEN" && strings.HasSuffix(value, ":"+lineOf(t, string(text), "EXPOSE")):
			value = port
		}
		t.Setenv(name, value)
	}
	p := programtest.Start(t, out)
	p.Await("The hub is at")
	if name := lineOf(t, string(text), "STOPSIGNAL"); name != "SIGTERM" {
		t.Fatal(name)
	}
	if p.Signal(syscall.SIGTERM); p.Status() != 0 {
		t.Error(p.Errors())
	}
}

// inCopy runs a command in a copy of the repository, without a network.
func inCopy(t *testing.T, dir, command string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", command, err, said)
	}
}

func lastField(text string) string {
	fields := strings.Fields(text)
	return fields[len(fields)-1]
}

// lineOf returns what follows a word of a container file.
func lineOf(t *testing.T, text, word string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + word + ` (.*)$`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("there is no %s", word)
	}
	return m[1]
}

// copied copies the repository into a folder of its own, without its history.
func copied(t *testing.T) string {
	t.Helper()
	dir, root := t.TempDir(), filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		to := filepath.Join(dir, strings.TrimPrefix(path, root))
		switch {
		case err != nil:
			return err
		case e.Name() == ".git":
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return os.MkdirAll(to, 0o700)
		case !e.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// needsNothing fails if a program needs a library or a loader, which a container without
// anything else does not have.
func needsNothing(t *testing.T, program string) {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Error("it needs a loader")
	}
}
