package coretest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/signature"
)

// Anna shares two photos from her camera, her home computer completes them, the
// hub validates, and Ben, who has never met her, knows all the while what to
// believe. Then a key is rotated, and another one is lost.
func Example() {
	ctx := context.Background()
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	anna, ben, home := collection.UserID{0xaa}, collection.UserID{0xbb}, collection.UserID{0xcc} // random in real life

	// Everybody who seals makes a key. Private keys stay where they were made.
	camera, computer, hub := newKeyPair(), newKeyPair(), newKeyPair()

	// Ben trusts one hub, and learns from its sealed words whose keys are whose.
	var keys signature.Keyring
	check(keys.AddAuthority(hub.Public()))
	for user, key := range map[collection.UserID]*signature.Signer{anna: camera, home: computer} {
		word := signature.KeyStatement{User: user, Key: key.Public(), Issued: noon}
		check(keys.Add(ctx, checked(word.Sign(ctx, hub))))
	}
	bens := collection.Checker{Verifier: &keys, Memory: new(collection.MemoryMap)}

	// Share: the camera makes the collection and seals it. Only thumbnails exist.
	lake, boat := collection.ItemID{1}, collection.ItemID{2}
	shared := checked(collection.New(collection.Header{
		ID: collection.ID{9}, Author: anna, Authority: hub.Public().ID(), Created: noon, Title: "Holiday",
	}, collection.Body{
		Items: []collection.Item{
			{ID: lake, Digests: []collection.Digest{digest.Sum([]byte("thumbnail of the lake"))}},
			{ID: boat, Digests: []collection.Digest{digest.Sum([]byte("thumbnail of the boat"))}},
		},
		Recipients: []collection.UserID{ben},
		Completers: []collection.UserID{home},
	}))
	shared = checked(shared.Sign(ctx, camera, noon))

	// Ben verifies what he got before he looks at it.
	glimpse, err := bens.Verify(ctx, shared)
	fmt.Println("shared:", glimpse.Collection().Title(), glimpse.Collection().Labelled(), "of 2 labelled", err)

	// Complete: at home the originals go on the network, and an update says so.
	update := checked(shared.Complete(home, lake))
	update = checked(update.Sign(ctx, computer, noon.Add(time.Hour)))
	glimpse, _, err = glimpse.Apply(ctx, update)
	fmt.Println("completed:", glimpse.Collection().Labelled(), "of 2 labelled", err)

	// A stranger's seal on the same words is worth nothing.
	forged := checked(update.Sign(ctx, newKeyPair(), noon.Add(time.Hour)))
	_, _, err = glimpse.Apply(ctx, forged)
	fmt.Println("a stranger is refused:", errors.Is(err, collection.ErrUnknownKey))

	// Rotate: the computer gets a new key, for which the old one vouches. What that one
	// sealed stands.
	august := noon.AddDate(0, 1, 0)
	next := checked(signature.NewStation(ctx, home, newKeyPair(), signature.StationPeer))
	sent := checked(checked(signature.Roster{User: home}.Join(next).Sign(ctx, computer)).MarshalBinary())
	check(keys.Load(ctx, bytes.NewReader(sent)))
	check(keys.Retire(computer.Public().ID(), august))
	glimpse, err = bens.Verify(ctx, glimpse.Collection())
	fmt.Println("rotated:", glimpse.Collection().Labelled(), "of 2 labelled", err)

	// Revoke: the old key was stolen. Only what others sealed too stands now.
	keys.Revoke(computer.Public().ID())
	glimpse, err = bens.Verify(ctx, glimpse.Collection())
	fmt.Println("revoked:", glimpse.Collection().Labelled(), "of 2 labelled", err)

	// The hub checks the originals and validates: all labels go, for good.
	validation := checked(shared.CompleteAll(collection.UserID{}))
	validation = checked(validation.Sign(ctx, hub, august))
	glimpse, _, err = glimpse.Apply(ctx, validation)
	fmt.Println("validated:", glimpse.Collection().Settled(), err)
	// Output:
	// shared: Holiday 2 of 2 labelled <nil>
	// completed: 1 of 2 labelled <nil>
	// a stranger is refused: true
	// rotated: 1 of 2 labelled <nil>
	// revoked: 2 of 2 labelled <nil>
	// validated: true <nil>
}

func newKeyPair() *signature.Signer {
	return checked(signature.NewSigner(checked(signature.GenerateKey(rand.Reader)), nil))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func checked[T any](v T, err error) T {
	check(err)
	return v
}
