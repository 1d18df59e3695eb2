package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

func TestMain(m *testing.M) {
	if os.Getenv(loadFolder) != "" {
		load()
		return
	}
	programtest.Main(m, "hub")
}

// hubProcess is a hub that runs as a process.
type hubProcess struct {
	*programtest.Process
	program, dir, address string
}

func startHub(t *testing.T, dir, address string, args ...string) hubProcess {
	t.Helper()
	args = append([]string{"-data", dir, "-listen", address, "-network", "127.0.0.0/8"}, args...)
	hub := programtest.Program("hub")
	h := hubProcess{programtest.Start(t, hub, args...), hub, dir, address}
	h.Await("The hub is at (.*),")
	return h
}

func newHub(t *testing.T, args ...string) hubProcess {
	t.Helper()
	return startHub(t, filepath.Join(t.TempDir(), "hub"), programtest.Port(t), args...)
}

// join adds a user with a first station, as two people do in two terminals, and returns
// the station's folder.
func (h hubProcess) join(t *testing.T, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	h.joinIn(t, dir, args...)
	return dir
}

// joinIn is join of a station in a folder that it has.
func (h hubProcess) joinIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	operator := programtest.Start(t, h.program, append(args, "-data", h.dir)...)
	invitation := operator.Await("peer join (.*)\n")
	in, out := io.Pipe()
	printed := &strings.Builder{}
	joined := make(chan error, 1)
	go func() {
		joined <- program.Join(t.Context(), program.Env{In: in, Out: printed}, dir, "home", signature.StationPeer, invitation)
	}()
	code := operator.Await(`The code is (.*)\.`)
	operator.Say("y")
	io.WriteString(out, "y\n")
	if err := <-joined; err != nil {
		t.Fatal(err, operator.Errors())
	}
	if operator.Status() != 0 || !strings.Contains(printed.String(), code) {
		t.Fatalf("%s\n%s\n%s", operator.Printed(), operator.Errors(), printed)
	}
}

// TestUsers adds users, lists them while the hub runs and when it does not, and stops a
// station.
func TestUsers(t *testing.T) {
	h := newHub(t)
	ann := h.join(t, "user", "add", "Ann", "ann@example.org")
	h.join(t, "user", "add", "Bob")
	a, _, err := program.LoadAccount(ann)
	if err != nil {
		t.Fatal(err)
	}
	list := programtest.Run(t, h.program, "user", "list", "-data", h.dir)
	for _, want := range []string{a.User.String(), "Ann", "ann@example.org", "Bob", "home"} {
		if !strings.Contains(list, want) {
			t.Errorf("no %s in\n%s", want, list)
		}
	}
	client, err := httplink.HubOf(a, httplink.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.NewIdentifiers(t.Context(), 1); err != nil {
		t.Error("a station that has joined:", err)
	}
	programtest.Run(t, h.program, "station", "revoke", "ann@example.org", "home", "-data", h.dir)
	if _, err := client.NewIdentifiers(t.Context(), 1); err == nil {
		t.Error("a station that was stopped is let in")
	}
	h.Interrupt()
	if h.Status() != 0 {
		t.Error("stopped with", h.Status(), h.Errors())
	}
	if again := programtest.Run(t, h.program, "user", "list", "-data", h.dir); !strings.Contains(again, "ann@example.org") {
		t.Error("with no hub that runs:\n" + again)
	}
}

// TestUserChanges gives a user another name and address, and deletes the user after another
// question alone.
func TestUserChanges(t *testing.T) {
	h := newHub(t)
	h.join(t, "user", "add", "Ann", "ann@example.org")
	programtest.Run(t, h.program, "user", "change", "Ann", "-name", "Anna", "-address", "anna@example.org", "-data", h.dir)
	if list := programtest.Run(t, h.program, "user", "list", "-data", h.dir); !strings.Contains(list, "Anna  anna@example.org") {
		t.Error(list)
	}
	for _, test := range []struct {
		answer string
		status int
		left   bool
	}{{"n", 1, true}, {"", 1, true}, {"y", 0, false}} {
		p := programtest.Start(t, h.program, "user", "delete", "anna@example.org", "-data", h.dir)
		p.Say(test.answer)
		if status := p.Status(); status != test.status {
			t.Errorf("answer %q: exit status %d: %s", test.answer, status, p.Errors())
		}
		if list := programtest.Run(t, h.program, "user", "list", "-data", h.dir); strings.Contains(list, "Anna") != test.left {
			t.Errorf("answer %q:\n%s", test.answer, list)
		}
	}
}

// TestInvitationLost admits a station once more whose answer was lost.
func TestInvitationLost(t *testing.T) {
	h := newHub(t)
	dir := h.join(t, "user", "add", "Ann")
	before, _, err := program.LoadAccount(dir)
	if err != nil {
		t.Fatal(err)
	}
	lost := account.Account{Name: before.Name, Key: before.Key} // as it was before the answer
	if err := errors.Join(os.Remove(program.AccountIn(dir)), lost.Save(program.AccountIn(dir))); err != nil {
		t.Fatal(err)
	}
	h.joinIn(t, dir, "station", "add", "Ann")
	if after, _, err := program.LoadAccount(dir); err != nil || after.User != before.User {
		t.Error(err)
	}
}

// TestTrouble says in one line what is wrong, and leaves everything as it was.
func TestTrouble(t *testing.T) {
	h := newHub(t)
	fresh := filepath.Join(t.TempDir(), "fresh")
	noFolder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(noFolder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		status int
		want   string
		args   []string
	}{
		{1, "another program uses the folder", []string{"-data", h.dir}},
		{1, "choose another port", []string{"-data", fresh, "-listen", h.address}},
		{1, "there is no hub", []string{"check", "-data", t.TempDir()}},
		{1, "there is no hub", []string{"user", "list", "-data", t.TempDir()}},
		{1, "there is no user", []string{"station", "add", "Zoe", "-data", h.dir}},
		{1, "not an empty folder", []string{"restore", t.TempDir(), "-data", h.dir}},
		{1, "no backup", []string{"restore", t.TempDir(), "-data", filepath.Join(t.TempDir(), "new")}},
		{1, "not a directory", []string{"-data", filepath.Join(noFolder, "x")}},
		{2, "unexpected argument", []string{"sing", "-data", h.dir}},
		{2, "missing flags", nil},
		{2, "has a host", []string{"-data", fresh, "-listen", programtest.Port(t), "-url", "hub.example.org"}},
		{2, "-tls-cert", []string{"-data", fresh, "-tls-mode", "files", "-listen", programtest.Port(t)}},
		{2, "network", []string{"-data", fresh, "-network", "home"}},
	} {
		if got := programtest.Fails(t, test.status, h.program, test.args...); !strings.Contains(got, test.want) {
			t.Errorf("%v: %s", test.args, got)
		}
	}
}

// TestCannotBeUser: who cannot be a user is refused before anybody is invited.
func TestCannotBeUser(t *testing.T) {
	h := newHub(t)
	h.join(t, "user", "add", "Ann", "ann@example.org")
	h.join(t, "user", "add", "Bob")
	for want, args := range map[string][]string{
		"say what the person is called": {"add", " "},
		"no mail address":               {"add", "Carol", "carol"},
		`the address of user "Ann"`:     {"add", "Carol", "carol@example.org", "Ann@Example.org"},
		`is the address of user "Ann"`:  {"change", "Bob", "-address", "ann@example.org"},
		`"bob" is no mail address`:      {"change", "Bob", "-address", "bob"},
	} {
		if got := programtest.Fails(t, 1, h.program, append(append([]string{"user"}, args...), "-data", h.dir)...); !strings.Contains(got, want) {
			t.Errorf("%v: %s", args, got)
		}
	}
	programtest.Run(t, h.program, "user", "change", "Ann", "-address", "ANN@example.org", "-data", h.dir)
}

// TestCompletion prints what bash needs, without a folder.
func TestCompletion(t *testing.T) {
	if got := programtest.Run(t, programtest.Program("hub"), "completion"); !strings.Contains(got, "complete -o default -F _glimpse_hub hub\n") {
		t.Error(got)
	}
}

// TestAskedAndStopped: Ctrl-C is an answer, which is no.
func TestAskedAndStopped(t *testing.T) {
	h := newHub(t)
	h.join(t, "user", "add", "Ann")
	p := programtest.Start(t, h.program, "user", "delete", "Ann", "-data", h.dir)
	p.Await(`\[y/N\]`)
	p.Interrupt()
	defer time.AfterFunc(10*time.Second, p.Kill).Stop() // which is another status
	if status := p.Status(); status != 1 || !strings.Contains(p.Errors(), "nothing was deleted") {
		t.Errorf("exit status %d: %s", status, p.Errors())
	}
}

// TestKeyLost does not make another hub of a folder whose key is gone.
func TestKeyLost(t *testing.T) {
	h := newHub(t)
	h.Kill()
	if err := os.Remove(filepath.Join(h.dir, "key.pem")); err != nil {
		t.Fatal(err)
	}
	if got := programtest.Fails(t, 1, h.program, "-data", h.dir); !strings.Contains(got, "restore that file") {
		t.Error(got)
	}
}

// TestStatus asks what a watcher does.
func TestStatus(t *testing.T) {
	metrics := programtest.Port(t)
	h := newHub(t, "-metrics", metrics, "-tls-mode", "none")
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, body := get(t, "http://"+h.address+path); status != http.StatusOK {
			t.Error(path, status, body)
		}
	}
	if status, _ := get(t, "http://"+h.address+"/metrics"); status == http.StatusOK {
		t.Error("the public address shows metrics:", status)
	}
	_, body := get(t, "http://"+metrics+"/metrics")
	for _, want := range []string{"glimpse_errors_total 0\n", `glimpse_requests_total{route="GET /healthz",code="200"} 1` + "\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(data)
}
