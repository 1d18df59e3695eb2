// Package xmpptest starts a chat server for tests, Prosody.
package xmpptest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Server is a Prosody for the domain localhost, with groups at rooms.localhost.
type Server struct {
	Address     string      // host:port
	TLS         *tls.Config // by which it is verified
	Certificate string      // the file that holds what verifies it

	t       testing.TB
	data    string
	config  string
	running *exec.Cmd
}

// Password is that of all accounts.
const Password = "a word for tests"

const settings = `
run_as_root = true
use_ipv6 = false
pidfile = %[1]q
data_path = %[2]q
interfaces = { "127.0.0.1" }
c2s_ports = { %[3]d }
modules_enabled = { "roster", "saslauth", "tls", "disco", "ping", "offline" }
modules_disabled = { "s2s" }
allow_registration = false
c2s_require_encryption = true
authentication = "internal_plain"
storage = "internal"
log = { { levels = { min = "info" }, to = "file", filename = %[4]q } }
ssl = { certificate = %[5]q, key = %[6]q }
VirtualHost "localhost"
Component "rooms.localhost" "muc"
`

// Start starts a server with accounts of some names, which ends with the test. Without Prosody
// on the machine the test is skipped, or fails if GLIMPSE_NEED_ENGINES is 1.
func Start(t testing.TB, accounts ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("prosody"); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip("no prosody: ", err)
	}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	s := &Server{t: t, config: in("prosody.cfg.lua"), data: in("data"), Certificate: in("cert.pem")}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	s.Address = l.Addr().String()
	port := l.Addr().(*net.TCPAddr).Port
	check(t, l.Close())
	s.TLS = certificate(t, in("cert.pem"), in("key.pem"))
	write(t, s.config, fmt.Appendf(nil, settings, in("pid"), in("data"), port, in("log"), in("cert.pem"), in("key.pem")))
	check(t, os.MkdirAll(in("data/localhost/accounts"), 0o700))
	for _, name := range accounts {
		write(t, in("data/localhost/accounts/"+name+".dat"), fmt.Appendf(nil, "return { [\"password\"] = %q };\n", Password))
	}
	t.Cleanup(s.Kill)
	s.Resume()
	return s
}

// Kill ends the server at once.
func (s *Server) Kill() {
	_ = s.running.Process.Kill() // an error says that it has ended
	_ = s.running.Wait()         // an error says that it was killed
}

// Resume starts a server that was killed, with what it has stored.
func (s *Server) Resume() {
	s.t.Helper()
	var out bytes.Buffer
	s.running = exec.Command("prosody", "-F", "--config", s.config)
	s.running.Stdout, s.running.Stderr = &out, &out
	check(s.t, s.running.Start())
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", s.Address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(end) {
			s.Kill()
			s.t.Fatalf("prosody does not answer: %v\n%s", err, out.Bytes())
		}
	}
}

// Waiting is what waits for somebody who is not there, as the server stores it: XML as text in
// Lua. It is empty where nothing does.
func (s *Server) Waiting(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, "localhost", "offline", name+".list"))
	if !errors.Is(err, fs.ErrNotExist) {
		check(s.t, err)
	}
	return string(text)
}

// certificate makes a certificate of localhost, and returns how it is verified.
func certificate(t testing.TB, cert, key string) *tls.Config {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost", "rooms.localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, private.Public(), private)
	check(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	check(t, err)
	write(t, cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	c, err = x509.ParseCertificate(der)
	check(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return &tls.Config{RootCAs: pool}
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	check(t, os.WriteFile(name, data, 0o600))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
