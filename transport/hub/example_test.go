package hub_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// A camera and a home computer are two credentials of one account, each with a
// key and a token of its own.
func Example() {
	ctx := context.Background()
	h, err := hub.New(ctx, newSigner(), hub.Config{}) // in memory
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close(ctx)

	accounts := h.Accounts()
	ann, err := accounts.Register(ctx, hub.Person{Name: "Ann", Addresses: []string{"ann@example.org"}})
	fmt.Println("registered:", err)
	userKey, roster := newSigner(), signature.Roster{User: ann} // the user key stays with Ann
	for _, credential := range []string{"camera", "home"} {
		key := newSigner()
		station, err := signature.NewStation(ctx, ann, key, signature.StationPeer)
		if err == nil {
			roster, err = roster.Join(station).Sign(ctx, userKey)
		}
		data, err2 := roster.MarshalBinary()
		if _, err3 := accounts.SetRoster(ctx, data); errors.Join(err, err2, err3) != nil {
			fmt.Println(err, err2, err3)
		}
		proof, err := signature.ProvePossession(ctx, key, h.PublicKey().ID(), ann)
		statement, err2 := accounts.AddKey(ctx, ann, credential, key.Public(), proof)
		token, err3 := accounts.Issue(ctx, ann, credential)
		fmt.Println(credential, len(statement) > 0, len(token), errors.Join(err, err2, err3))
	}

	fmt.Println("revoked, key and token:", accounts.Revoke(ctx, ann, "camera"))
	left, err := accounts.Credentials(ctx, ann)
	fmt.Println("left:", len(left), left[0].Name, err)
	_, err = accounts.UserOf(ctx, "no token of ours")
	fmt.Println(errors.Is(err, transport.ErrUnauthenticated))
	found, err := accounts.ByAddress(ctx, "Ann@Example.org")
	fmt.Println(found == ann, err)
	// Output:
	// registered: <nil>
	// camera true 43 <nil>
	// home true 43 <nil>
	// revoked, key and token: <nil>
	// left: 1 home <nil>
	// true
	// true <nil>
}

func newSigner() *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	signer, err := signature.NewSigner(key, rand.Reader)
	if err != nil {
		panic(err)
	}
	return signer
}

// Who operates a hub sees what a user uses, gives one more than others, and has a user take
// what a stranger shares.
func ExampleHub_Quotas() {
	ctx := context.Background()
	h, err := hub.New(ctx, newSigner(), hub.Config{Quotas: hub.Quotas{Versions: 1 << 30}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close(ctx)
	ann, err := h.Accounts().Register(ctx, hub.Person{Name: "Ann"})
	fmt.Println("registered:", err)

	quotas := h.Quotas()
	fmt.Println(quotas.Set(ctx, ann, hub.Quotas{Versions: 64 << 30}))
	used, err := quotas.Usage(ctx, ann)
	fmt.Println(used.Versions, "of", used.Quotas.Versions>>30, "GiB", err)
	near, err := quotas.Near(ctx, 0.9, collection.UserID{}, 100)
	fmt.Println("near one:", len(near), err)
	strangers, err := quotas.HeldBack(ctx, ann, collection.UserID{}, 100)
	fmt.Println("held back:", len(strangers), err)
	// Output:
	// registered: <nil>
	// <nil>
	// 0 of 64 GiB <nil>
	// near one: 0 <nil>
	// held back: 0 <nil>
}
