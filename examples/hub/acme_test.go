package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

const acmeHost = "hub.example.org"

// authority issues certificates for one host as RFC 8555 says, to who proves to have it by
// tls-alpn-01 (RFC 8737) at an address. It does not verify who orders.
type authority struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex // one request at a time
	key    *ecdsa.PrivateKey
	cert   *x509.Certificate
	hub    string // address
	proved bool
	issued []byte // the latest certificate, DER
}

func newAuthority(t *testing.T, hub string) *authority {
	a := &authority{t: t, hub: hub}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, a.key.Public(), a.key)
	if err == nil {
		a.cert, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	a.Server = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.Server.Close)
	return a
}

// serve answers all requests.
func (a *authority) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Replay-Nonce", rand.Text())
	payload := payloadOf(r)
	at := func(path string) string { return a.URL + path }
	answer := map[string]any{}
	status := http.StatusOK
	switch r.URL.Path {
	case "/directory":
		answer = map[string]any{"newNonce": at("/nonce"), "newAccount": at("/account"), "newOrder": at("/order")}
	case "/account":
		w.Header().Set("Location", at("/account/1"))
		status, answer["status"] = http.StatusCreated, "valid"
	case "/order", "/order/1":
		answer = a.order()
		if w.Header().Set("Location", at("/order/1")); r.URL.Path == "/order" {
			status = http.StatusCreated
		}
	case "/authorization":
		answer = map[string]any{"status": a.status("valid"), "challenges": []any{a.challenge()}, "identifier": identifier}
	case "/challenge":
		a.prove()
		answer = a.challenge()
	case "/finalize":
		a.issue(payload["csr"])
		w.Header().Set("Location", at("/order/1"))
		answer = a.order()
	case "/certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: a.issued})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer)
}

var identifier = map[string]string{"type": "dns", "value": acmeHost}

// payloadOf is what a request says.
func payloadOf(r *http.Request) (payload map[string]string) {
	var signed struct{ Payload string }
	json.NewDecoder(r.Body).Decode(&signed)
	data, _ := base64.RawURLEncoding.DecodeString(signed.Payload)
	json.Unmarshal(data, &payload)
	return payload
}

// status is pending until the host is proved.
func (a *authority) status(then string) string {
	if !a.proved {
		return "pending"
	}
	return then
}

func (a *authority) order() map[string]any {
	order := map[string]any{
		"status": a.status("ready"), "identifiers": []any{identifier},
		"authorizations": []string{a.URL + "/authorization"}, "finalize": a.URL + "/finalize",
	}
	if a.issued != nil {
		order["status"], order["certificate"] = "valid", a.URL+"/certificate"
	}
	return order
}

func (a *authority) challenge() map[string]any {
	return map[string]any{"type": "tls-alpn-01", "url": a.URL + "/challenge", "token": "token", "status": a.status("valid")}
}

// prove connects to the host.
func (a *authority) prove() {
	c, err := tls.Dial("tcp", a.hub, &tls.Config{ServerName: acmeHost, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true})
	if err != nil {
		a.t.Error(err)
		return
	}
	defer c.Close()
	for _, e := range c.ConnectionState().PeerCertificates[0].Extensions {
		a.proved = a.proved || e.Id.String() == "1.3.6.1.5.5.7.1.31" // acmeIdentifier
	}
}

// issue makes the certificate.
func (a *authority) issue(csr string) {
	data, err := base64.RawURLEncoding.DecodeString(csr)
	if err != nil || !a.proved {
		a.t.Errorf("asked for too soon, or %v", err)
		return
	}
	asked, err := x509.ParseCertificateRequest(data)
	if err != nil {
		a.t.Error(err)
		return
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: asked.DNSNames, NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if a.issued, err = x509.CreateCertificate(rand.Reader, cert, a.cert, asked.PublicKey, a.key); err != nil {
		a.t.Error(err)
	}
}

// TestACME gets a certificate from an authority, at the first connection, keeps it, and shows
// its own key to who names another host.
func TestACME(t *testing.T) {
	address, dir := programtest.Port(t), filepath.Join(t.TempDir(), "hub")
	a := newAuthority(t, address)
	args := []string{"-tls-mode", "acme", "-tls-host", acmeHost, "-tls-acme", a.URL + "/directory"}
	h := startHub(t, dir, address, args...)
	trusted := x509.NewCertPool()
	trusted.AddCert(a.cert)
	connect := func(host string) error {
		c, err := tls.Dial("tcp", address, &tls.Config{ServerName: host, RootCAs: trusted})
		if err == nil {
			err = c.Close()
		}
		return err
	}
	if err := connect(acmeHost); err != nil {
		t.Fatal(err, h.Errors())
	}
	if err := connect("other.example.org"); err == nil {
		t.Error("another host has a certificate, too")
	}
	h.Interrupt()
	h.Status()
	a.Server.Close()
	h = startHub(t, dir, address, args...)
	if err := connect(acmeHost); err != nil {
		t.Error("after a restart, with no authority:", err, h.Errors())
	}
}
