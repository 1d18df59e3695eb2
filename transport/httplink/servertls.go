package httplink

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"github.com/glimpse-go/glimpse/signature"
)

// protocols are what both sides of a link speak, the preferred one first.
var protocols = []string{"h2", "http/1.1"}

// ServerTLS returns how a station with a private key is served over TLS 1.3: with a
// certificate that it issues itself, of its own key, which whoever dials it requires
// (see NewTransport). The key is of a kind that package signature knows, in memory or
// elsewhere, and the same that signs seals: what TLS signs begins otherwise than a
// seal, so neither passes for the other. It is asked once now, and at every full
// handshake. An http.Server takes the configuration as its TLSConfig, and serves by
// ServeTLS without files.
//
// A station that browsers reach, too, appends the certificate that a public authority has
// issued to Certificates: it is shown to those who name one of its hosts.
//
// The errors wrap signature.ErrKey, or are those of the key.
func ServerTLS(key crypto.Signer) (*tls.Config, error) {
	public, err := signature.NewPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	id := public.ID()
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(id[:16]),
		Subject:      pkix.Name{CommonName: "glimpse"},
		NotBefore:    time.Unix(0, 0), // no clock decides whether a key is valid: keyrings do
		NotAfter:     time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if public.Algorithm() == signature.PS256 {
		template.SignatureAlgorithm = x509.SHA256WithRSAPSS
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public.Crypto(), key)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		NextProtos:   protocols,
	}, nil
}
