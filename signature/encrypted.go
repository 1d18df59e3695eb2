package signature

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
)

// maxRounds bounds the work that a protected key may ask for: some seconds.
const maxRounds = 1 << 22

var (
	oidPBES2      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidAES128CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES256CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

// protection is what the head of a protected key says of how it is opened.
type protection struct {
	derivation struct { // PBKDF2-params, RFC 8018, appendix A.2
		Salt   []byte
		Rounds int
		Length int `asn1:"optional"`
		Hash   pkix.AlgorithmIdentifier
	}
	keySize int
	iv      []byte
	data    []byte
}

// parseEncrypted reads PKCS#8 as openssl genpkey -aes256 protects it: PBES2
// (RFC 8018, section 6.2) with PBKDF2, HMAC-SHA-256 and AES in CBC mode.
func parseEncrypted(der, passphrase []byte) (crypto.Signer, error) {
	p, err := parseProtection(der)
	if err != nil {
		return nil, fmt.Errorf("%w: protected PKCS#8: %w", ErrKey, err)
	}
	if len(passphrase) == 0 {
		return nil, ErrPassphrase
	}
	plain, err := p.open(passphrase)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, ErrPassphrase // the padding was right by chance
	}
	return asSigner(key, nil)
}

func parseProtection(der []byte) (p protection, err error) {
	var outer struct { // EncryptedPrivateKeyInfo, RFC 5958, section 3
		Scheme pkix.AlgorithmIdentifier
		Data   []byte
	}
	var scheme struct{ Derivation, Cipher pkix.AlgorithmIdentifier } // PBES2-params
	if err := exactly(der, &outer); err != nil {
		return p, err
	}
	if err := exactly(outer.Scheme.Parameters.FullBytes, &scheme); err != nil {
		return p, err
	}
	if err := exactly(scheme.Derivation.Parameters.FullBytes, &p.derivation); err != nil {
		return p, err
	}
	if err := exactly(scheme.Cipher.Parameters.FullBytes, &p.iv); err != nil {
		return p, err
	}
	p.data = outer.Data
	p.keySize = keySize(scheme.Cipher.Algorithm)
	known := outer.Scheme.Algorithm.Equal(oidPBES2) &&
		scheme.Derivation.Algorithm.Equal(oidPBKDF2) &&
		p.derivation.Hash.Algorithm.Equal(oidHMACSHA256) && p.keySize > 0
	if !known {
		return p, errors.New("algorithms not supported")
	}
	return p, p.check()
}

func (p protection) check() error {
	rounds, length := p.derivation.Rounds, p.derivation.Length
	if rounds < 1 || rounds > maxRounds || length != 0 && length != p.keySize {
		return errors.New("derivation out of range")
	}
	if len(p.iv) != aes.BlockSize || len(p.data) == 0 || len(p.data)%aes.BlockSize != 0 {
		return errors.New("not whole blocks")
	}
	return nil
}

// open decrypts the key and removes the padding.
func (p protection) open(passphrase []byte) ([]byte, error) {
	key, err := pbkdf2.Key(sha256.New, string(passphrase), p.derivation.Salt, p.derivation.Rounds, p.keySize)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	plain := make([]byte, len(p.data))
	cipher.NewCBCDecrypter(block, p.iv).CryptBlocks(plain, p.data)
	n := int(plain[len(plain)-1])
	if n < 1 || n > aes.BlockSize {
		return nil, ErrPassphrase
	}
	body, padding := plain[:len(plain)-n], plain[len(plain)-n:]
	if !bytes.Equal(padding, bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, ErrPassphrase
	}
	return body, nil
}

func keySize(cipher asn1.ObjectIdentifier) int {
	switch {
	case cipher.Equal(oidAES128CBC):
		return 16
	case cipher.Equal(oidAES256CBC):
		return 32
	}
	return 0
}

// exactly reads one ASN.1 value that fills data.
func exactly(data []byte, v any) error {
	rest, err := asn1.Unmarshal(data, v)
	if err == nil && len(rest) > 0 {
		err = errors.New("trailing bytes")
	}
	return err
}
