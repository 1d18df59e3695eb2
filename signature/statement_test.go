package signature_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/signature"
)

// TestSupersedes: of any two statements on a key that differ one counts, the same
// whichever comes first.
func TestSupersedes(t *testing.T) {
	private, err := signature.GenerateKey(bytes.NewReader(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	key, err := signature.NewPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	made := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	first := signature.KeyStatement{User: [16]byte{1}, Key: key, Issued: made}
	until, later, revoked := first, first, first
	until.Until = made.Add(time.Hour)
	later.Issued = made.Add(time.Second)
	revoked.Role, revoked.Issued = signature.RoleRevoked, made.Add(-time.Hour)
	ascending := []signature.KeyStatement{first, until, later, revoked}
	for i, a := range ascending {
		for k, b := range ascending {
			if got := a.Supersedes(b); got != (i > k) {
				t.Errorf("statement %d supersedes %d: %v", i, k, got)
			}
		}
	}
	again := revoked
	again.Issued = made.Add(time.Hour)
	if again.Supersedes(revoked) {
		t.Error("a revocation is not final")
	}
}
