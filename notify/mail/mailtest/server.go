// Package mailtest starts a mail server for tests, Mailpit, which keeps what it is handed.
package mailtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Server is a Mailpit, which can go away and come back.
type Server struct {
	SMTP string // HOST:PORT

	url     string
	args    []string
	running *exec.Cmd
	seen    []string // ids of messages, as they came
}

// Start starts a server that ends with the test, with further arguments of Mailpit's. It skips
// the test if there is no mailpit on the PATH or in the folder that the environment variable
// GLIMPSE_ENGINES names, or fails it if GLIMPSE_NEED_ENGINES is 1.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	smtp, web := freeAddress(t), freeAddress(t)
	s := &Server{SMTP: smtp, url: "http://" + web}
	s.args = append([]string{program(t), "--quiet", "--smtp", smtp, "--listen", web, "--enable-chaos", "--smtp-disable-rdns",
		"--disable-version-check", "--database", filepath.Join(t.TempDir(), "mail.db")}, args...)
	s.Resume(t)
	t.Cleanup(s.Kill)
	return s
}

// Kill ends the server at once.
func (s *Server) Kill() {
	_ = s.running.Process.Kill() // an error says that it has ended
	_ = s.running.Wait()         // an error says that it was killed
}

// Resume starts a server that was killed, with what it had, at the same addresses.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	s.running = exec.Command(s.args[0], s.args[1:]...)
	if err := s.running.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		r, err := http.Get(s.url + "/readyz")
		if err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("mailpit does not answer: %v", err)
		}
	}
}

// Refuse has the server answer recipients with a status from now on; 0 = it takes them again.
func (s *Server) Refuse(t testing.TB, status int) {
	t.Helper()
	trigger := map[string]any{"Recipient": map[string]int{"ErrorCode": max(status, 400), "Probability": 100 * min(status, 1)}}
	body, err := json.Marshal(trigger)
	if err != nil {
		t.Fatal(err)
	}
	s.request(t, http.MethodPut, "/api/v1/chaos", body)
}

// Messages returns all that have arrived, as they were sent, in the order in which Messages has
// found them.
func (s *Server) Messages(t testing.TB) (raw []string) {
	t.Helper()
	var list struct {
		Messages []struct{ ID string } `json:"messages"`
	}
	if err := json.Unmarshal(s.request(t, http.MethodGet, "/api/v1/messages?limit=500", nil), &list); err != nil {
		t.Fatal(err)
	}
	for _, m := range slices.Backward(list.Messages) { // the newest is first
		if !slices.Contains(s.seen, m.ID) {
			s.seen = append(s.seen, m.ID)
		}
	}
	for _, id := range s.seen {
		raw = append(raw, string(s.request(t, http.MethodGet, "/api/v1/message/"+id+"/raw", nil)))
	}
	return raw
}

func (s *Server) request(t testing.TB, method, path string, body []byte) []byte {
	t.Helper()
	r, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(answer.Body)
	if err == nil {
		err = answer.Body.Close()
	}
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s %s, %v", method, path, answer.Status, data, err)
	}
	return data
}

func program(t testing.TB) string {
	t.Helper()
	name := filepath.Join(os.Getenv("GLIMPSE_ENGINES"), "mailpit")
	if _, err := os.Stat(name); err == nil {
		return name
	}
	name, err := exec.LookPath("mailpit")
	switch {
	case err == nil:
		return name
	case os.Getenv("GLIMPSE_NEED_ENGINES") == "1":
		t.Fatal(err)
	}
	t.Skip("no mailpit: ", err)
	return ""
}

// freeAddress returns an address of this machine at which nobody listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return fmt.Sprint(l.Addr())
}
