package signature_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/glimpse-go/glimpse/signature"
)

var (
	ctx   = context.Background()
	alice = [16]byte{0xa1}
)

// Make a key, seal a statement and verify the seal.
func Example() {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	camera, err := signature.NewSigner(key, nil)
	if err != nil {
		log.Fatal(err)
	}
	statement := []byte("what is said")
	seal, err := camera.Sign(ctx, "application/glimpse.edition", statement)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(seal), "bytes")

	var ring signature.Keyring
	if err := ring.Trust(alice, camera.Public()); err != nil {
		log.Fatal(err)
	}
	user, _, err := ring.Verify(ctx, "application/glimpse.edition", statement, seal, time.Time{})
	fmt.Println(user == alice, err)

	_, _, err = ring.Verify(ctx, "application/glimpse.update", statement, seal, time.Time{})
	fmt.Println(errors.Is(err, signature.ErrPurpose))
	// Output:
	// 140 bytes
	// true <nil>
	// true
}

// An authority says whose key it is; recipients who trust the authority need
// not have met the user.
func ExampleKeyring_Add() {
	hub, camera := newSigner(), newSigner()
	issued := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	word, err := signature.KeyStatement{
		User: alice, Key: camera.Public(), Until: issued.AddDate(1, 0, 0), Issued: issued,
	}.Sign(ctx, hub)
	if err != nil {
		log.Fatal(err)
	}
	sent, err := word.MarshalBinary()
	if err != nil {
		log.Fatal(err)
	}

	var ring signature.Keyring
	if err := ring.AddAuthority(hub.Public()); err != nil {
		log.Fatal(err)
	}
	if err := ring.Load(ctx, bytes.NewReader(sent)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(check(&ring, camera, issued))
	fmt.Println(errors.Is(check(&ring, camera, issued.AddDate(1, 0, 0)), signature.ErrExpired))
	// Output:
	// <nil>
	// true
}

// A user starts with the key of a camera, and adds a home computer: whoever trusts
// nobody needs the roster alone to know both.
func ExampleKeyring_AddRoster() {
	camera, home := newSigner(), newSigner()
	user := camera.Public().UserID()
	station, err := signature.NewStation(ctx, user, home, signature.StationPeer)
	if err != nil {
		log.Fatal(err)
	}
	first, err := signature.Roster{User: user}.Join(station).Sign(ctx, camera)
	if err != nil {
		log.Fatal(err)
	}
	var ring signature.Keyring
	fmt.Println(ring.AddRoster(ctx, first))
	fmt.Println(check(&ring, camera, time.Time{}), check(&ring, home, time.Time{}))

	station.Role = signature.StationRemoved // it was stolen
	next, err := first.Join(station).Sign(ctx, camera)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(next.Number, ring.AddRoster(ctx, next))
	fmt.Println(errors.Is(check(&ring, home, time.Time{}), signature.ErrRevoked))
	fmt.Println(ring.AddRoster(ctx, first)) // an older one changes nothing
	// Output:
	// <nil>
	// <nil> <nil>
	// 2 <nil>
	// true
	// <nil>
}

// Without an authority the first key of a user is pinned, and another one is
// reported until someone has compared the thumbprints.
func ExampleKeyring_Pin() {
	first, second := newSigner(), newSigner()
	var ring signature.Keyring
	fmt.Println(ring.Pin(alice, first.Public()))

	err := ring.Pin(alice, second.Public())
	var change *signature.ChangedError
	fmt.Println(errors.As(err, &change) && change.KnownKey == first.Public().ID())

	fmt.Println(ring.Trust(alice, second.Public()))
	// Output:
	// <nil>
	// true
	// <nil>
}

// Rotation: the new key is trusted, the old one retired. Its old seals stand.
func ExampleKeyring_Retire() {
	before, after := newSigner(), newSigner()
	change := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	var ring signature.Keyring
	for _, s := range []*signature.Signer{before, after} {
		if err := ring.Trust(alice, s.Public()); err != nil {
			log.Fatal(err)
		}
	}
	if err := ring.Retire(before.Public().ID(), change); err != nil {
		log.Fatal(err)
	}
	fmt.Println(check(&ring, before, change.Add(-time.Hour)))
	fmt.Println(errors.Is(check(&ring, before, change.Add(time.Hour)), signature.ErrExpired))
	fmt.Println(check(&ring, after, change.Add(time.Hour)))
	// Output:
	// <nil>
	// true
	// <nil>
}

// Revocation: a lost key counts no more, whatever time its seals claim.
func ExampleKeyring_Revoke() {
	lost := newSigner()
	var ring signature.Keyring
	if err := ring.Trust(alice, lost.Public()); err != nil {
		log.Fatal(err)
	}
	ring.Revoke(lost.Public().ID())
	err := check(&ring, lost, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	fmt.Println(errors.Is(err, signature.ErrRevoked))
	// Output: true
}

// A keyring is stored as bytes, where only its owner can write.
func ExampleKeyring_MarshalBinary() {
	camera := newSigner()
	var ring, next signature.Keyring
	if err := ring.Trust(alice, camera.Public()); err != nil {
		log.Fatal(err)
	}
	data, err := ring.MarshalBinary()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(next.UnmarshalBinary(data))
	fmt.Println(check(&next, camera, time.Time{}))
	// Output:
	// <nil>
	// <nil>
}

// Keys in files are read in the form they have.
func ExampleParsePublicKey() {
	key, err := signature.ParsePublicKey([]byte(`-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`))
	if err != nil {
		log.Fatal(err)
	}
	line, err := key.MarshalSSH()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key.Algorithm())
	fmt.Println(string(line))
	// Output:
	// Ed25519
	// ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBm/RAlphM3+hUG6wWfcO5bIUIaqMLa2ywxcOK1wMWbh
}

func newSigner() *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	s, err := signature.NewSigner(key, nil)
	if err != nil {
		log.Fatal(err)
	}
	return s
}

// check seals something at a time and says what the verifier thinks of it.
func check(v *signature.Keyring, s *signature.Signer, issued time.Time) error {
	statement := []byte("what is said")
	seal, err := s.Sign(ctx, "application/glimpse.update", statement)
	if err != nil {
		log.Fatal(err)
	}
	_, _, err = v.Verify(ctx, "application/glimpse.update", statement, seal, issued)
	return err
}
