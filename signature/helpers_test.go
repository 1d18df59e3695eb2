package signature

import (
	"context"
	"crypto"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

const (
	update  = "application/glimpse.update"
	edition = "application/glimpse.edition"
)

// What package collection asks of this one.
type collectionSigner interface {
	Sign(ctx context.Context, typ string, statement []byte) (seal []byte, err error)
}

type collectionVerifier interface {
	Verify(ctx context.Context, typ string, statement, seal []byte, issued time.Time) (user [16]byte, key [32]byte, err error)
}

var (
	_ collectionSigner   = (*Signer)(nil)
	_ collectionVerifier = (*Keyring)(nil)
)

var (
	ctx       = context.Background()
	statement = []byte("the statement that is sealed, in these tests any hundred bytes or so will do, as long as both agree.")
	noon      = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	alice     = [16]byte{0xa1}
	bob       = [16]byte{0xb0}
)

// entropy returns a source of randomness that is the same in every run.
func entropy(n byte) io.Reader { return rand.NewChaCha8([32]byte{n}) }

func readKey(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "keys", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func privateKey(t testing.TB, name string) crypto.Signer {
	t.Helper()
	key, err := ParsePrivateKey(readKey(t, name), []byte("first a glimpse"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// signers returns one signer of each algorithm.
func signers(t testing.TB) map[Algorithm]*Signer {
	t.Helper()
	return map[Algorithm]*Signer{
		Ed25519: signerFor(t, privateKey(t, "ed25519.pem")),
		ES256:   signerFor(t, privateKey(t, "p256.pem")),
		PS256:   signerFor(t, privateKey(t, "rsa2048.pem")),
	}
}

func signerFor(t testing.TB, key crypto.Signer) *Signer {
	t.Helper()
	s, err := NewSigner(key, entropy(7))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newSigner returns an Ed25519 signer; different numbers are different keys.
func newSigner(t testing.TB, n byte) *Signer {
	t.Helper()
	key, err := GenerateKey(entropy(n))
	if err != nil {
		t.Fatal(err)
	}
	return signerFor(t, key)
}

func mustSeal(t testing.TB, s *Signer, typ string) []byte {
	t.Helper()
	seal, err := s.Sign(ctx, typ, statement)
	if err != nil {
		t.Fatal(err)
	}
	return seal
}

// handmade seals statement with key under any protected header at all, as an
// attacker who has a key could.
func handmade(t testing.TB, s *Signer, header []byte) []byte {
	t.Helper()
	signature, err := s.sign(ctx, sign1.ToBeSigned(header, statement))
	if err != nil {
		t.Fatal(err)
	}
	return sign1.AppendSeal(nil, header, signature)
}

func header(s *Signer) []byte {
	return sign1.AppendHeader(nil, s.public.algorithm, update, s.public.id)
}

// holding returns a keyring in which the signers' keys are alice's.
func holding(t testing.TB, signers ...*Signer) *Keyring {
	t.Helper()
	ring := new(Keyring)
	for _, s := range signers {
		if err := ring.Trust(alice, s.Public()); err != nil {
			t.Fatal(err)
		}
	}
	return ring
}

// remote is a key of some provider: not one of Go's types.
type remote struct {
	crypto.Signer
	public crypto.PublicKey
	change func(signature []byte) []byte
}

func (r remote) Public() crypto.PublicKey {
	if r.public != nil {
		return r.public
	}
	return r.Signer.Public()
}

func (r remote) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	signature, err := r.Signer.Sign(rand, digest, opts)
	if r.change != nil && err == nil {
		signature = r.change(slices.Clone(signature))
	}
	return signature, err
}

// cancellable is a provider's key that takes a context.
type cancellable struct{ remote }

func (c cancellable) SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, limited := ctx.Deadline(); !limited {
		return nil, errLimit
	}
	return c.Sign(rand, digest, opts)
}

var errLimit = errors.New("a provider that wants a limit of time")

func contextWithLimit() (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, time.Hour)
}
