package signature

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/signature/internal/sign1"
)

func FuzzSeal(f *testing.F) {
	ring := new(Keyring)
	var good [][]byte
	for _, s := range signers(f) {
		if err := ring.Trust(alice, s.Public()); err != nil {
			f.Fatal(err)
		}
		seal := mustSeal(f, s, update)
		good = append(good, seal)
		f.Add(seal)
		f.Add(mustSeal(f, s, edition))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 0 {
			if s, err := parse(data); err == nil && !bytes.Equal(s.append(nil), data) {
				t.Error("read and written again, the bytes differ")
			}
		}
		_, _, err := ring.Verify(ctx, update, statement, data, noon)
		known := false
		for _, seal := range good {
			known = known || bytes.Equal(seal, data)
		}
		if err == nil != known || err != nil && !errors.Is(err, Err) {
			t.Errorf("%x: %v", data, err)
		}
	})
}

func addKeys(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("testdata", "keys", "*"))
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range signers(f) {
		f.Add(s.public.cose)
	}
}

func FuzzPublicKey(f *testing.F) {
	addKeys(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := ParsePublicKey(data)
		if err != nil {
			if !errors.Is(err, ErrKey) {
				t.Error(err)
			}
			return
		}
		for _, marshal := range []func() ([]byte, error){key.MarshalBinary, key.MarshalText, key.MarshalSSH} {
			form, err := marshal()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := ParsePublicKey(form); err != nil || !again.Equal(key) {
				t.Errorf("%s: %v, %v", form, again, err)
			}
		}
	})
}

func FuzzPrivateKey(f *testing.F) {
	addKeys(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := ParsePrivateKey(data, nil)
		if err != nil {
			if !errors.Is(err, ErrKey) {
				t.Error(err)
			}
			return
		}
		s, err := NewSigner(key, entropy(1))
		if err != nil {
			return // not a pair
		}
		if seal := mustSeal(t, s, update); s.Public().Verify(update, statement, seal) != nil {
			t.Error("its seal does not verify")
		}
	})
}

// FuzzProtectedKey reads what a key asks for before it is opened, and opens
// those that ask for little work.
func FuzzProtectedKey(f *testing.F) {
	for _, name := range []string{"ed25519.protected.pem", "ed25519_genpkey.protected.pem"} {
		block, err := oneBlock(readKey(f, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(block.Bytes)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := parseProtection(data); err == nil && p.derivation.Rounds > 4096 {
			return
		}
		if _, err := parseEncrypted(data, []byte("first a glimpse")); err != nil && !errors.Is(err, ErrKey) {
			t.Error(err)
		}
	})
}

func FuzzKeyring(f *testing.F) {
	f.Add(mustMarshal(f, sampleRing(f)))
	f.Add(mustMarshal(f, new(Keyring)))
	f.Fuzz(func(t *testing.T, data []byte) {
		var ring Keyring
		if err := ring.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, ErrKey) {
				t.Error(err)
			}
			return
		}
		if !bytes.Equal(mustMarshal(t, &ring), data) {
			t.Error("read and written again, the bytes differ")
		}
		for s := range ring.Keys() {
			_, _, err := ring.Verify(ctx, update, statement, []byte{sign1.Tag}, noon)
			if s.Role > RoleRevoked || !errors.Is(err, ErrMalformed) {
				t.Error(s, err)
			}
		}
	})
}

func FuzzKeyStatement(f *testing.F) {
	hub := newSigner(f, 1)
	for _, s := range signers(f) {
		f.Add(mustMarshal(f, vouched(f, hub, KeyStatement{User: alice, Key: s.Public(), From: noon})))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s KeyStatement
		if err := s.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, ErrKey) {
				t.Error(err)
			}
			return
		}
		if !bytes.Equal(mustMarshal(t, s), data) {
			t.Error("read and written again, the bytes differ")
		}
		if err := trusting(t, hub).Load(ctx, bytes.NewReader(data)); err != nil && !errors.Is(err, ErrKey) && !errors.Is(err, Err) {
			t.Error(err)
		}
	})
}
