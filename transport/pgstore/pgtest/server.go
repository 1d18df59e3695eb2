// Package pgtest runs PostgreSQL servers for tests: real ones, in a folder of their own,
// that go when the test has ended. Debian has them in the package postgresql.
package pgtest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// patience is how long a server may take to start, recovery included, or to stop.
const patience = time.Minute

// Server is a PostgreSQL server that syncs its log, on a socket in a folder. Make it with
// Start. It is not safe for concurrent use.
type Server struct {
	t       testing.TB
	bin     string // folder of the programs
	dir     string // its data, and its socket
	user    *syscall.SysProcAttr
	schemas int
	process *exec.Cmd
	ended   chan struct{} // is closed while the server does not run
}

// Start starts a server, which ends with the test. Without PostgreSQL on the machine the
// test is skipped, or fails if GLIMPSE_NEED_ENGINES is 1.
func Start(t testing.TB) *Server {
	t.Helper()
	bin, err := programs()
	if err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	s := &Server{t: t, bin: bin, ended: make(chan struct{})}
	close(s.ended)
	if s.dir, err = os.MkdirTemp("", "pgtest"); err != nil { // a socket's path is short
		t.Fatal(err)
	}
	t.Cleanup(s.remove)
	if err := s.become(); err != nil {
		t.Fatal(err)
	}
	if out, err := s.command("initdb", "-D", s.dir, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	s.Start()
	return s
}

// programs returns the folder of the newest PostgreSQL.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	all, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(all) == 0 {
		return "", errors.New("no PostgreSQL: neither initdb in PATH nor /usr/lib/postgresql")
	}
	slices.Sort(all)
	return all[len(all)-1], nil
}

// become gives the folder to the user postgres, as whom root has to run the server.
func (s *Server) become() error {
	if os.Getuid() != 0 {
		return nil
	}
	postgres, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err1 := strconv.Atoi(postgres.Uid)
	gid, err2 := strconv.Atoi(postgres.Gid)
	s.user = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return errors.Join(err1, err2, os.Chown(s.dir, uid, gid))
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.SysProcAttr = s.user
	cmd.Dir = s.dir
	return cmd
}

// URL returns the URL of a schema that nobody has used.
func (s *Server) URL() string {
	s.t.Helper()
	s.schemas++
	schema := "s" + strconv.Itoa(s.schemas)
	if err := s.exec("CREATE SCHEMA " + schema); err != nil {
		s.t.Fatal(err)
	}
	return s.url(schema)
}

func (s *Server) url(schema string) string {
	return "postgres:///postgres?" + url.Values{
		"host": {s.dir}, "user": {"postgres"}, "search_path": {schema},
	}.Encode()
}

// exec executes a statement on a connection of its own.
func (s *Server) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("public"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// Start starts the server again after Stop or Kill, and returns when it answers.
func (s *Server) Start() {
	s.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		select {
		case <-s.ended: // it does not run, or what was killed before was not gone yet
			s.run()
		default:
		}
		err := s.exec("SELECT")
		if err == nil {
			return
		}
		if time.Now().After(end) {
			out, _ := os.ReadFile(s.log())
			s.t.Fatalf("PostgreSQL does not answer: %v\n%s", err, out)
		}
	}
}

func (s *Server) log() string { return filepath.Join(s.dir, "log") }

func (s *Server) run() {
	s.t.Helper()
	out, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer out.Close()
	s.process = s.command("postgres", "-D", s.dir, "-k", s.dir, "-c", "listen_addresses=")
	s.process.Stdout, s.process.Stderr = out, out
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	s.ended = ended
	go func() {
		defer close(ended)
		s.process.Wait()
	}()
}

// Stop stops the server in order: it ends all connections first.
func (s *Server) Stop() { s.signal(syscall.SIGINT) }

// Kill kills the server.
func (s *Server) Kill() { s.signal(syscall.SIGKILL) }

func (s *Server) signal(signal syscall.Signal) {
	s.t.Helper()
	if s.process == nil {
		return
	}
	s.process.Process.Signal(signal) // an error says that it has ended
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Errorf("PostgreSQL does not stop after %v", signal)
	}
}

func (s *Server) remove() {
	s.signal(syscall.SIGQUIT)
	if err := os.RemoveAll(s.dir); err != nil {
		s.t.Error(err)
	}
}
