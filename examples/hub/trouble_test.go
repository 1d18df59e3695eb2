package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestClock: whoever's clock is wrong is told both times, and a hub whose clock was set back
// does not start.
func TestClock(t *testing.T) {
	h := newHub(t)
	a, _, err := program.LoadAccount(h.join(t, "user", "add", "Ann"))
	if err != nil {
		t.Fatal(err)
	}
	caller, err := httplink.CallerOf(a)
	if err != nil {
		t.Fatal(err)
	}
	hub := collection.KeyID(a.Authority.ID())
	for _, year := range []int{1980, 2080} {
		at := time.Date(year, 1, 2, 3, 4, 5, 0, time.UTC)
		caller.Now = func() time.Time { return at }
		_, err = httplink.NewClient(a.Hub[0], httplink.Sealed(caller, hub), httplink.Options{Key: hub}).NewIdentifiers(t.Context(), 1)
		if err == nil {
			t.Fatalf("at %v a station is let in", at)
		}
		for _, want := range []string{at.Format(time.DateTime), "here it is " + time.Now().UTC().Format("2006"), "set both clocks"} {
			if got := program.Trouble(err); !strings.Contains(got, want) || strings.Contains(got, "\n") {
				t.Errorf("no %q in %s", want, got)
			}
		}
	}
	h.Kill()
	future := time.Now().AddDate(10, 0, 0)
	store := filepath.Join(h.dir, "store", "records.sqlite")
	if err := os.Chtimes(store, future, future); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-listen", h.address}, {"user", "list"}, {"check"}} {
		got := programtest.Fails(t, 1, h.program, append(args, "-data", h.dir)...)
		if !strings.Contains(got, future.Format(time.DateTime)) || !strings.Contains(got, "set the clock") {
			t.Errorf("%v: %s", args, got)
		}
	}
}

// TestConfiguration: of a file that cannot be read, is not whole, or names what is no option,
// nothing is taken, and nothing is made.
func TestConfiguration(t *testing.T) {
	programs, dir := programtest.Program("hub"), t.TempDir()
	data := filepath.Join(dir, "hub")
	file := filepath.Join(dir, "hub.json")
	whole := `{"data": "` + data + `", "listen": "` + programtest.Port(t) + `", "network": ["127.0.0.0/8"]}`
	for what, text := range map[string]string{
		"empty": "", "half": whole[:len(whole)-9], "twice": whole + whole, "no object": "[]", "an option that is none": whole[:len(whole)-1] + `, "lisen": ""}`,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := programtest.Fails(t, 1, programs, "-config", file); !strings.Contains(got, file+" cannot be used: ") {
			t.Errorf("%s: %s", what, got)
		}
	}
	if err := os.WriteFile(file, []byte(whole[:len(whole)-len(`"127.0.0.0/8"]}`)]+`"127.0.0.0/8", "home"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := programtest.Fails(t, 2, programs, "-config", file); !strings.Contains(got, `--network: netip.ParsePrefix("home")`) {
		t.Error(got)
	}
	for _, file := range []string{dir, filepath.Join(dir, "none.json")} {
		if got := programtest.Fails(t, 1, programs, "-config", file); !strings.Contains(got, file) {
			t.Error(got)
		}
	}
	if there, err := program.Exists(data); there || err != nil {
		t.Errorf("something was made: %v", err)
	}
	if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	programtest.Start(t, programs, "-config", file).Await("The hub is at")
}

// TestOtherHub: a station does not take another hub for its own, and no hub runs on the folder
// of a station.
func TestOtherHub(t *testing.T) {
	h := newHub(t)
	dir := h.join(t, "user", "add", "Ann")
	a, _, err := program.LoadAccount(dir)
	if err != nil {
		t.Fatal(err)
	}
	h.Kill()
	startHub(t, filepath.Join(t.TempDir(), "other"), h.address)
	client, err := httplink.HubOf(a, httplink.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.NewIdentifiers(t.Context(), 1); err == nil || !strings.Contains(program.Trouble(err), "if the hub was set up anew, join it again") {
		t.Error(err)
	}
	if got := programtest.Fails(t, 1, h.program, "-data", dir, "-listen", programtest.Port(t)); !strings.Contains(got, "another station") {
		t.Error(got)
	}
	if there, err := program.Exists(filepath.Join(dir, "key.pem")); there || err != nil {
		t.Error("a key was made:", err)
	}
}
