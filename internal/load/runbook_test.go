package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/natsbus/natstest"
	"github.com/glimpse-go/glimpse/transport/pgstore/pgtest"
	"github.com/glimpse-go/glimpse/transport/s3store/s3test"
	"github.com/glimpse-go/glimpse/transport/sqlitestore"
)

// runbookProgram builds the program of the hub's runbook that has a name.
func runbookProgram(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../transport/hub/RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	_, source, found := strings.Cut(string(text), "```go\n// Command "+name+" ")
	if !found {
		t.Fatalf("the runbook has no program %s", name)
	}
	source, _, _ = strings.Cut("// Command "+name+" "+source, "```")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "program")
	if out, err := exec.Command("go", "build", "-o", program, filepath.Join(dir, "main.go")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// runbookServers starts the servers of the runbook, and returns the settings that name them.
func runbookServers(t *testing.T) []string {
	postgres, s3, nats := pgtest.Start(t), s3test.Start(t), natstest.Start(t)
	return append(os.Environ(), "POSTGRES="+postgres.URL(), "S3="+s3.URL, "BUCKET="+s3.Bucket(t), "NATS="+nats.URL,
		"AWS_ACCESS_KEY_ID="+s3test.AccessKey, "AWS_SECRET_ACCESS_KEY="+s3test.SecretKey, "AWS_REGION="+s3test.Region)
}

// TestRunbookHub starts the hub of the runbook and stops it in order.
func TestRunbookHub(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs and starts servers")
	}
	settings, dir := runbookServers(t), t.TempDir()
	a, err := newAuthority(nil)
	if err == nil {
		err = a.write(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := serve(http.NotFoundHandler()) // a port that is free when it is closed
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	hub := exec.Command(runbookProgram(t, "hub"))
	hub.Env = append(settings, "LISTEN="+strings.TrimPrefix(s.url, "http://"), "KEY="+filepath.Join(dir, keyFile))
	hub.Stderr = os.Stderr
	if err := hub.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hub.Process.Kill() })
	ended := make(chan error, 1)
	go func() { ended <- hub.Wait() }()
	for !healthy(s.url) {
		select {
		case err := <-ended:
			t.Fatal("the hub has ended: ", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	hub.Process.Signal(syscall.SIGTERM)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func healthy(url string) bool {
	answer, err := http.Get(url + "/healthz")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// TestRunbookCopy copies a folder with the program of the runbook, and has it find what is
// changed afterwards.
func TestRunbookCopy(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs and starts servers")
	}
	settings, dir := runbookServers(t), t.TempDir()
	write(t, dir, "one")
	program := runbookProgram(t, "copy")
	run := func(args ...string) error {
		c := exec.Command(program, append([]string{dir}, args...)...)
		c.Env = settings
		out, err := c.CombinedOutput()
		t.Logf("%v: %s", args, out)
		return err
	}
	if err := run(); err != nil {
		t.Error(err)
	}
	if err := run("check"); err != nil {
		t.Error(err)
	}
	write(t, dir, "two")
	if err := run("check"); err == nil {
		t.Error("a record that was changed is not found")
	}
}

// write writes a record and a blob into a folder.
func write(t *testing.T, dir, value string) {
	t.Helper()
	ctx := context.Background()
	s, err := sqlitestore.Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := set(ctx, s, []transport.Record{{Key: "key", Value: []byte(value)}}); err != nil {
		t.Fatal(err)
	}
	w, err := s.Create(ctx, "blob")
	if err == nil {
		_, err = w.Write([]byte(value))
	}
	if err == nil {
		err = w.Commit(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
}
