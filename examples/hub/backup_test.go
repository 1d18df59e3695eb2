package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/programtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/sqlitestore"
)

// TestBackup copies a hub that is in use, twice, restores it, and goes on with it in the
// place of the other one: what had been acknowledged before the backup is there.
func TestBackup(t *testing.T) {
	h := newHub(t)
	bobs, loads := h.loaded(t, "Ann")
	load := loads[0]
	to := filepath.Join(t.TempDir(), "backup")
	programtest.Run(t, h.program, "backup", to, "-data", h.dir)
	load.AwaitMore()
	acknowledged := map[string]bool{}
	for _, name := range strings.Fields(load.Printed()) {
		acknowledged[name] = true
	}
	programtest.Run(t, h.program, "backup", to, "-data", h.dir)
	load.Kill()
	h.Kill()
	again := filepath.Join(t.TempDir(), "again")
	programtest.Run(t, h.program, "restore", to, "-data", again)
	if got := programtest.Fails(t, 1, h.program, "restore", to, "-data", again); !strings.Contains(got, "not an empty folder") {
		t.Error(got)
	}
	programtest.Run(t, h.program, "check", "-data", again)
	if feedIn(t, to, bobs.User) == feedIn(t, again, bobs.User) {
		t.Error("stations may have read more of a feed than what was restored has")
	}
	startHub(t, again, h.address)
	receiveAll(t, bobs, acknowledged)
}

// feedIn returns which feed a user has at the hub in a folder.
func feedIn(t *testing.T, dir string, user collection.UserID) transport.FeedID {
	t.Helper()
	key, err := program.LoadKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlitestore.Open(t.Context(), filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	h, err := hub.New(t.Context(), key.Signer, hub.Config{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close(t.Context())
	news, err := h.As(user).Changes(t.Context(), transport.ChangesRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return news.Next.Feed
}

// TestBackupOfAnother leaves alone what is a backup of another hub, or no whole one.
func TestBackupOfAnother(t *testing.T) {
	h, other := newHub(t), newHub(t)
	to := filepath.Join(t.TempDir(), "backup")
	programtest.Run(t, h.program, "backup", to, "-data", h.dir)
	if got := programtest.Fails(t, 1, h.program, "backup", to, "-data", other.dir); !strings.Contains(got, "of another hub") {
		t.Error(got)
	}
	photos := t.TempDir()
	programtest.Photos(t, photos, 0, 1)
	if got := programtest.Fails(t, 1, h.program, "backup", photos, "-data", h.dir); !strings.Contains(got, "something else") {
		t.Error(got)
	}
	if there, err := program.Exists(filepath.Join(photos, "key.pem")); there || err != nil {
		t.Error("the hub's key lies beside photos:", err)
	}
	notes := filepath.Join(t.TempDir(), "notes")
	if err := os.WriteFile(notes, []byte("notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	programtest.Fails(t, 1, h.program, "restore", to, "-data", notes)
	if text, err := os.ReadFile(notes); string(text) != "notes" {
		t.Error("a file was removed:", err)
	}
	if err := os.WriteFile(filepath.Join(to, "unfinished"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again")
	if got := programtest.Fails(t, 1, h.program, "restore", to, "-data", again); !strings.Contains(got, "not whole") {
		t.Error(got)
	}
	if there, err := program.Exists(again); there || err != nil {
		t.Error("something was restored:", err)
	}
}

// TestCheck finds a bit that has changed in what the hub keeps, by what it is of, and removes
// what nobody serves.
func TestCheck(t *testing.T) {
	h := newHub(t)
	_, loads := h.loaded(t, "Ann")
	load := loads[0]
	load.Kill()
	h.Interrupt()
	h.Status()
	programtest.Run(t, h.program, "check", "-data", h.dir)

	name := filepath.Join(h.dir, "store", "records.sqlite")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.LastIndex(string(data), thumbnailIn(t, data))
	data[at+100] ^= 1
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	p := programtest.Start(t, h.program, "check", "-data", h.dir)
	status, got := p.Status(), p.Printed()
	if status != 1 || strings.Count(got, "left: ") != 1 || !strings.Contains(got, ": damaged") || !strings.Contains(got, "0 mended, 1 left") ||
		!strings.Contains(got, "version 0 of item ") || strings.Contains(got, "v/") || !strings.Contains(p.Errors(), "share again") {
		t.Errorf("exit status %d\n%s%s", status, got, p.Errors())
	}
	startHub(t, h.dir, h.address)
	if got := programtest.Run(t, h.program, "check", "-data", h.dir); !strings.Contains(got, "all as they were sealed") {
		t.Errorf("what was removed is found again, by the hub that runs: %s", got)
	}
}

// thumbnailIn returns some bytes of a thumbnail that load has made: sixteen that repeat.
func thumbnailIn(t *testing.T, data []byte) string {
	t.Helper()
	for i := 0; i+320 < len(data); i++ {
		period := string(data[i : i+16])
		if strings.Trim(period, "\x00") != "" && string(data[i:i+320]) == strings.Repeat(period, 20) {
			return string(data[i : i+320])
		}
	}
	t.Fatal("there is no thumbnail in the database")
	return ""
}
