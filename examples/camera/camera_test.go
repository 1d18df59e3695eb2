package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

func TestMain(m *testing.M) { programtest.Main(m, "hub", "peer", "camera") }

// family is a hub, a home and a camera of Ann's, all of them processes.
type family struct {
	t                 *testing.T
	hub, home, camera *programtest.Station
}

func newFamily(t *testing.T) *family {
	t.Helper()
	f := &family{t: t, hub: programtest.NewHub(t)}
	f.home = f.hub.Peer("Ann", "ann@example.org")
	f.camera = f.home.Camera()
	return f
}

func (f *family) run(args ...string) string {
	f.t.Helper()
	return f.camera.Run(args...)
}

// bob is somebody to share with.
const bob = "0123456789abcdef0123456789abcdef"

func photos(t *testing.T, dir string, from, to int) {
	t.Helper()
	programtest.Photos(t, dir, from, to)
}

// TestWatch shares what comes into a folder, once, also where the camera, the hub and the
// home are killed in between, and hands all of it over.
func TestWatch(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	watch := func() *programtest.Process {
		return programtest.Start(t, programtest.Program("camera"), "watch", dir, "-with", bob, "-every", "50ms", "-data", f.camera.Dir)
	}
	first := watch()
	photos(t, dir, 0, 3)
	first.Await("Shared (.*)")
	first.Kill()
	f.home.Runs.Kill()
	f.hub.Runs.Kill()
	photos(t, dir, 3, 6)
	second := watch()
	second.AwaitLine(regexp.MustCompile("it is tried again"))
	f.hub.Start()
	f.home.Start()
	f.home.Runs.Await("published")
	for f.items("at home") < 6 {
		second.AwaitMore()
	}
	second.Interrupt()
	if second.Status() != 0 {
		t.Error(second.Errors())
	}
	if n := f.items(""); n != 6 {
		t.Errorf("%d items instead of 6:\n%s", n, f.run("list"))
	}
}

// items counts the items of what was shared, in a state.
func (f *family) items(state string) (n int) {
	f.t.Helper()
	for line := range strings.Lines(f.run("list")) {
		var items int
		if strings.Contains(line, state) {
			rest := strings.TrimSpace(line[strings.Index(line, "  ")+16:])
			fmt.Sscan(rest, &items)
		}
		n += items
	}
	return n
}

// TestSharingInterrupted breaks a share off at one moment after the other: the same command
// goes on with it, and there is one collection.
func TestSharingInterrupted(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	photos(t, dir, 0, 20)
	share := []string{"share", dir, "-with", "bob@example.org", "-title", "Lake"}
	for range 5 {
		p := f.camera.Begin(share...)
		p.Interrupt()
		if status := p.Status(); status == 1 && !strings.Contains(p.Errors(), "goes on with it") {
			t.Error(p.Errors())
		}
	}
	f.run(share...)
	if got := f.run("list"); strings.Count(got, "\n") != 1 || !strings.Contains(got, "shared") {
		t.Error(got)
	}
}

// TestInterrupted breaks a sync off, and goes on with it.
func TestInterrupted(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	photos(t, dir, 0, 40)
	f.run("share", dir, "-with", bob, "-title", "Lake")
	p := programtest.Start(t, programtest.Program("camera"), "sync", "-data", f.camera.Dir)
	p.Interrupt() // at whatever moment this is
	if p.Status() == 1 && !strings.Contains(p.Errors(), "goes on with it") {
		t.Error(p.Errors())
	}
	f.run("sync")
	if n := f.items("at home"); n != 40 {
		t.Errorf("%d items at home", n)
	}
	f.home.Runs.Await("published \"Lake\": 40 items")
}

// TestFolder hands over to a home that is a folder, such as on a disk.
func TestFolder(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	photos(t, dir, 0, 2)
	f.run("share", dir, "-with", bob, "-title", "Lake")
	if got := programtest.Fails(t, 1, programtest.Program("camera"), "sync", "-home", f.home.Dir, "-data", f.camera.Dir); !strings.Contains(got, "another program uses") {
		t.Error(got)
	}
	f.home.Runs.Interrupt()
	f.home.Runs.Status()
	f.run("sync", "-home", f.home.Dir)
	f.home.Start()
	f.home.Runs.Await("published \"Lake\": 2 items")
}

// TestTrouble says in one line what is wrong.
func TestTrouble(t *testing.T) {
	f := newFamily(t)
	dir, empty := t.TempDir(), t.TempDir()
	photos(t, dir, 0, 1)
	other := newFamily(t)
	exchangeHub(t, f, other)
	for _, test := range []struct {
		status int
		want   string
		args   []string
	}{
		{1, "use the word join", []string{"share", dir, "-with", bob, "-data", empty}},
		{1, "nothing that could be shared", []string{"share", empty, "-with", bob, "-data", f.camera.Dir}},
		{2, "nobody is called", []string{"share", dir, "-with", "Zoe", "-data", f.camera.Dir}},
		{2, "no address of a station", []string{"sync", "-home", "nowhere", "-data", f.camera.Dir}},
		{2, "no invitation", []string{"join", "nowhere", "-data", empty}},
		{1, "choose another folder", []string{"join", "https://127.0.0.1:1#.", "-data", f.camera.Dir}},
		{1, "not the station that the account names", []string{"share", dir, "-with", bob, "-data", f.camera.Dir}},
		{1, "nobody answers there", []string{"join", "https://127.0.0.1:1#.", "-data", empty}},
		{1, "invitation is over", []string{"join", "https://" + f.home.Address + "#.", "-data", empty}},
	} {
		if got := programtest.Fails(t, test.status, programtest.Program("camera"), test.args...); !strings.Contains(got, test.want) {
			t.Errorf("%v: %s", test.args, got)
		}
	}
}

// exchangeHub has another hub answer at the address of the family's.
func exchangeHub(t *testing.T, f, other *family) {
	t.Helper()
	f.hub.Runs.Kill()
	other.hub.Runs.Kill()
	other.hub.Address = f.hub.Address
	other.hub.Start()
}
