package hubprogram

import (
	"crypto/tls"
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// tlsOptions say with which certificate the hub is served.
type tlsOptions struct {
	Mode  string   `name:"mode" enum:"key,files,acme,none" default:"key" help:"The certificate: key = of the hub's own key, which stations require, and browsers do not know; files = of a public authority; acme = from one, by itself; none = behind a proxy that has one."`
	Cert  string   `type:"path" placeholder:"FILE" help:"The certificate and its chain, with -tls-mode files."`
	Key   string   `type:"path" placeholder:"FILE" help:"Its private key."`
	Host  []string `help:"The host names to get certificates for, with -tls-mode acme, which listens at port 443."`
	Email string   `help:"Where the authority writes to about them."`
	ACME  string   `name:"acme" placeholder:"URL" help:"The directory of the authority that certificates are ordered from; that of Let's Encrypt if empty."`
}

// scheme is that of the URL by which stations reach the hub, where none is said.
func (o tlsOptions) scheme() string {
	if o.Mode == "none" {
		return "http"
	}
	return "https"
}

// config returns how the hub is served; nil = without TLS.
func (o tlsOptions) config(s *station) (*tls.Config, error) {
	if o.Mode == "none" {
		return nil, nil
	}
	config, err := httplink.ServerTLS(s.key.Private)
	if err != nil {
		return nil, err
	}
	switch o.Mode {
	case "files":
		if o.Cert == "" || o.Key == "" {
			return nil, program.Usage("-tls-mode files needs -tls-cert and -tls-key")
		}
		config.Certificates = nil
		config.GetCertificate = o.fromFiles
		_, err = o.fromFiles(nil)
	case "acme":
		if len(o.Host) == 0 {
			return nil, program.Usage("-tls-mode acme needs -tls-host")
		}
		o.fromACME(s, config)
	}
	return config, err
}

// fromFiles reads the certificate anew for each handshake, so that a new one needs no
// restart.
func (o tlsOptions) fromFiles(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(o.Cert, o.Key)
	if err != nil {
		return nil, program.Plain(fmt.Errorf("the certificate cannot be used: %w", err))
	}
	return &c, nil
}

// fromACME gets certificates for those who name one of the hosts.
func (o tlsOptions) fromACME(s *station, config *tls.Config) {
	manager := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(filepath.Join(s.dir, "acme")),
		HostPolicy: autocert.HostWhitelist(o.Host...), Email: o.Email,
		Client: &acme.Client{DirectoryURL: o.ACME},
	}
	config.NextProtos = append(config.NextProtos, acme.ALPNProto)
	config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if slices.Contains(o.Host, hello.ServerName) {
			return manager.GetCertificate(hello)
		}
		return nil, nil // that of the hub's key
	}
}
