package enrol_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// repeated is 32 times one byte: the seed of a key, or a nonce.
func repeated(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

// TestVectors plays enrolments that were made by enrol.cddl alone: all that is said is the
// same, byte by byte.
func TestVectors(t *testing.T) {
	file, err := os.ReadFile("testdata/enrolments.json")
	must(t, err)
	var vectors []struct {
		Name, Called, Commitment, Offer, Opening, Request, Code, Statement, Admission, Text string
		Joining, Admitting                                                                  byte
		Authority                                                                           bool
		Role                                                                                signature.StationRole
		Nonces                                                                              []byte
	}
	must(t, json.Unmarshal(file, &vectors))
	for _, v := range vectors {
		signers := map[byte]*signature.Signer{}
		for _, seed := range []byte{v.Joining, v.Admitting} {
			signers[seed], err = signature.NewSigner(ed25519.NewKeyFromSeed(repeated(seed)), nil)
			must(t, err)
		}
		key := signers[v.Admitting].Public()
		o := enrol.Offer{User: collection.UserOf(key.ID()), Key: key}
		if v.Authority {
			o = enrol.Offer{Authority: key}
		}
		a, err := enrol.NewAttempt(t.Context(), o, bytes.NewReader(repeated(v.Nonces[1])))
		must(t, err)
		b := &between{to: a}
		j, err := enrol.Join(context.Background(), b, signers[v.Joining], v.Role, v.Called, bytes.NewReader(repeated(v.Nonces[0])))
		must(t, err)
		statement, err := hex.DecodeString(v.Statement)
		must(t, err)
		go func() {
			if _, err := a.Confirm(t.Context()); err != nil || a.Admit(statement) != nil {
				a.Refuse()
			}
		}()
		_, err = j.Confirm(t.Context())
		must(t, err)
		for what, pair := range map[string][2]string{
			"commitment": {hex.EncodeToString(b.committed), v.Commitment},
			"offer":      {hex.EncodeToString(b.offered), v.Offer},
			"opening":    {hex.EncodeToString(b.opened), v.Opening},
			"request":    {hex.EncodeToString(b.asked), v.Request},
			"code":       {j.Code(), v.Code},
			"admission":  {hex.EncodeToString(b.admitted), v.Admission},
			"text":       {enrol.Text(b.asked), v.Text},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %s\n%s, want\n%s", v.Name, what, pair[0], pair[1])
			}
		}
	}
	if len(vectors) == 0 {
		t.Error("no vectors")
	}
}
