package signature

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// MaxKey is the greatest size in bytes of a key that is parsed.
const MaxKey = 1 << 15

// ParsePublicKey reads a public key in any of the forms that people have:
// SPKI in PEM ("PUBLIC KEY") or DER, a line of OpenSSH (ssh-ed25519,
// ecdsa-sha2-nistp256, ssh-rsa) or COSE_Key. The errors wrap [ErrKey].
func ParsePublicKey(data []byte) (PublicKey, error) {
	if len(data) == 0 || len(data) > MaxKey {
		return PublicKey{}, fmt.Errorf("%w: %d bytes", ErrKey, len(data))
	}
	switch {
	case isCBORMap(data):
		return parseCOSEPublic(data)
	case isDER(data):
		return parseSPKI(data)
	case isPEM(data):
		block, err := oneBlock(data)
		if err != nil {
			return PublicKey{}, err
		}
		if block.Type != "PUBLIC KEY" {
			return PublicKey{}, fmt.Errorf("%w: PEM of type %q", ErrKey, block.Type)
		}
		return parseSPKI(block.Bytes)
	}
	return parseSSHPublic(data)
}

// ParsePrivateKey reads a private key in any of the forms that people have:
// PKCS#8 in PEM ("PRIVATE KEY", as openssl genpkey writes it, and "ENCRYPTED
// PRIVATE KEY") or DER, the older "EC PRIVATE KEY" and "RSA PRIVATE KEY",
// "OPENSSH PRIVATE KEY", or COSE_Key of type OKP or EC2. The passphrase opens
// protected keys and is not looked at for others. The errors wrap [ErrKey], or
// [ErrPassphrase] if it is missing or wrong.
func ParsePrivateKey(data, passphrase []byte) (crypto.Signer, error) {
	if len(data) == 0 || len(data) > MaxKey {
		return nil, fmt.Errorf("%w: %d bytes", ErrKey, len(data))
	}
	switch {
	case isCBORMap(data):
		return parseCOSEPrivate(data)
	case isDER(data):
		return asSigner(x509.ParsePKCS8PrivateKey(data))
	}
	block, err := oneBlock(data)
	if err != nil {
		return nil, err
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" {
		return parseEncrypted(block.Bytes, passphrase)
	}
	return parseBlock(block, passphrase)
}

// parseBlock reads PEM, whose protected forms are OpenSSH's old and new one.
func parseBlock(block *pem.Block, passphrase []byte) (crypto.Signer, error) {
	text := pem.EncodeToMemory(block)
	key, err := ssh.ParseRawPrivateKey(text)
	if missing := new(ssh.PassphraseMissingError); errors.As(err, &missing) {
		if len(passphrase) == 0 {
			return nil, ErrPassphrase
		}
		key, err = ssh.ParseRawPrivateKeyWithPassphrase(text, passphrase)
	}
	if errors.Is(err, x509.IncorrectPasswordError) {
		return nil, ErrPassphrase
	}
	return asSigner(key, err)
}

// asSigner checks what a parser returned.
func asSigner(key any, err error) (crypto.Signer, error) {
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if k, ok := key.(*ed25519.PrivateKey); ok {
		key = *k
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%w: %T cannot sign", ErrKey, key)
	}
	if _, err := NewPublicKey(signer.Public()); err != nil {
		return nil, err
	}
	return signer, nil
}

func parseSPKI(der []byte) (PublicKey, error) {
	pub, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: SPKI: %w", ErrKey, err)
	}
	return NewPublicKey(pub)
}

// parseSSHPublic reads one line "type base64 [comment]" (RFC 4253, section 6.6).
func parseSSHPublic(data []byte) (PublicKey, error) {
	line := bytes.TrimSpace(data)
	fields := bytes.Fields(line)
	if len(fields) < 2 || bytes.ContainsAny(line, "\r\n") {
		return PublicKey{}, fmt.Errorf("%w: form not recognised", ErrKey)
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(string(fields[1]))
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: form not recognised: %w", ErrKey, err)
	}
	key, err := ssh.ParsePublicKey(blob)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: OpenSSH: %w", ErrKey, err)
	}
	holder, ok := key.(ssh.CryptoPublicKey)
	if !ok || key.Type() != string(fields[0]) || !plainSSH(key.Type()) {
		return PublicKey{}, fmt.Errorf("%w: OpenSSH: type %q", ErrKey, key.Type())
	}
	return NewPublicKey(holder.CryptoPublicKey())
}

// plainSSH tells keys from certificates and from security keys, whose
// signatures are over more than the message.
func plainSSH(typ string) bool {
	return typ == ssh.KeyAlgoED25519 || typ == ssh.KeyAlgoECDSA256 || typ == ssh.KeyAlgoRSA
}

// oneBlock returns the only PEM block, parameters of a curve before it aside.
func oneBlock(data []byte) (*pem.Block, error) {
	block, rest := pem.Decode(data)
	if block != nil && block.Type == "EC PARAMETERS" {
		block, rest = pem.Decode(rest)
	}
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("%w: not one PEM block", ErrKey)
	}
	return block, nil
}

func isPEM(data []byte) bool     { return bytes.Contains(data, []byte("-----BEGIN ")) }
func isDER(data []byte) bool     { return data[0] == 0x30 && !isPEM(data) }
func isCBORMap(data []byte) bool { return wire.Major(data[0]>>5) == wire.Map }
