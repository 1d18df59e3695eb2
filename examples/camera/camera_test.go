package main

import (
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

func TestMain(m *testing.M) { programtest.Main(m, "hub", "peer", "camera") }

// family is a hub, a home and a camera of Ann's, all of them processes.
type family struct {
	t                       *testing.T
	hub, home, camera       string // folders
	hubAddress, homeAddress string
	hubRuns, homeRuns       *programtest.Process
}

func newFamily(t *testing.T) *family {
	t.Helper()
	dir := t.TempDir()
	f := &family{
		t: t, hub: filepath.Join(dir, "hub"), home: filepath.Join(dir, "home"), camera: filepath.Join(dir, "camera"),
		hubAddress: programtest.Port(t), homeAddress: programtest.Port(t),
	}
	f.startHub()
	f.join(programtest.Start(t, programtest.Program("hub"), "user", "add", "Ann", "-data", f.hub), "peer", f.home)
	f.startHome()
	f.join(programtest.Start(t, programtest.Program("peer"), "station", "add", "-data", f.home), "camera", f.camera)
	return f
}

func (f *family) startHub() {
	f.hubRuns = programtest.Start(f.t, programtest.Program("hub"), "-data", f.hub, "-listen", f.hubAddress, "-network", "127.0.0.0/8")
	f.hubRuns.Await("The hub is at")
}

func (f *family) startHome() {
	f.homeRuns = programtest.Start(f.t, programtest.Program("peer"), "run", "-data", f.home, "-listen", f.homeAddress)
	f.homeRuns.Await("is served at")
}

// join makes a program a station, as two people do.
func (f *family) join(operator *programtest.Process, name, dir string) {
	f.t.Helper()
	invitation := operator.Await(name + " join (.*)\n")
	station := programtest.Start(f.t, programtest.Program(name), "join", invitation, "-data", dir)
	code := station.Await(`The code is (.*)\.`)
	operator.Await("The code is " + code)
	operator.Say("y")
	station.Say("y")
	if operator.Status() != 0 || station.Status() != 0 {
		f.t.Fatal(operator.Errors(), station.Errors())
	}
}

func (f *family) run(args ...string) string {
	f.t.Helper()
	return programtest.Run(f.t, programtest.Program("camera"), append(args, "-data", f.camera)...)
}

// bob is somebody to share with.
const bob = "0123456789abcdef0123456789abcdef"

func photos(t *testing.T, dir string, from, to int) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := from; i < to; i++ {
		m := image.NewGray(image.Rect(0, 0, 400, 300))
		for j := range m.Pix {
			m.Pix[j] = uint8(j * (i + 1) / 100)
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%03d.jpg", i)))
		if err == nil {
			err = jpeg.Encode(f, m, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}

// TestWatch shares what comes into a folder, once, also where the camera, the hub and the
// home are killed in between, and hands all of it over.
func TestWatch(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	watch := func() *programtest.Process {
		return programtest.Start(t, programtest.Program("camera"), "watch", dir, "-with", bob, "-every", "50ms", "-data", f.camera)
	}
	first := watch()
	photos(t, dir, 0, 3)
	first.Await("Shared (.*)")
	first.Kill()
	f.homeRuns.Kill()
	f.hubRuns.Kill()
	photos(t, dir, 3, 6)
	second := watch()
	second.AwaitLine(regexp.MustCompile("it is tried again"))
	f.startHub()
	f.startHome()
	f.homeRuns.Await("published")
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

// TestInterrupted breaks a sync off, and goes on with it.
func TestInterrupted(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	photos(t, dir, 0, 40)
	f.run("share", dir, "-with", bob, "-title", "Lake")
	p := programtest.Start(t, programtest.Program("camera"), "sync", "-data", f.camera)
	p.Interrupt() // at whatever moment this is
	if p.Status() == 1 && !strings.Contains(p.Errors(), "goes on with it") {
		t.Error(p.Errors())
	}
	f.run("sync")
	if n := f.items("at home"); n != 40 {
		t.Errorf("%d items at home", n)
	}
	f.homeRuns.Await("published \"Lake\": 40 items")
}

// TestFolder hands over to a home that is a folder, such as on a disk.
func TestFolder(t *testing.T) {
	f := newFamily(t)
	dir := t.TempDir()
	photos(t, dir, 0, 2)
	f.run("share", dir, "-with", bob, "-title", "Lake")
	if got := programtest.Fails(t, 1, programtest.Program("camera"), "sync", "-home", f.home, "-data", f.camera); !strings.Contains(got, "another program uses") {
		t.Error(got)
	}
	f.homeRuns.Interrupt()
	f.homeRuns.Status()
	f.run("sync", "-home", f.home)
	f.startHome()
	f.homeRuns.Await("published \"Lake\": 2 items")
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
		{1, "nothing that could be shared", []string{"share", empty, "-with", bob, "-data", f.camera}},
		{2, "nobody is called", []string{"share", dir, "-with", "Zoe", "-data", f.camera}},
		{2, "no address of a station", []string{"sync", "-home", "nowhere", "-data", f.camera}},
		{2, "no invitation", []string{"join", "nowhere", "-data", empty}},
		{1, "choose another folder", []string{"join", "https://127.0.0.1:1#.", "-data", f.camera}},
		{1, "not the station that the account names", []string{"share", dir, "-with", bob, "-data", f.camera}},
		{1, "invitation is over", []string{"join", "https://" + f.homeAddress + "#.", "-data", empty}},
	} {
		if got := programtest.Fails(t, test.status, programtest.Program("camera"), test.args...); !strings.Contains(got, test.want) {
			t.Errorf("%v: %s", test.args, got)
		}
	}
}

// exchangeHub has another hub answer at the address of the family's.
func exchangeHub(t *testing.T, f, other *family) {
	t.Helper()
	f.hubRuns.Kill()
	other.hubRuns.Kill()
	other.hubAddress = f.hubAddress
	other.startHub()
}
