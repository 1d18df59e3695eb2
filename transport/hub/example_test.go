package hub_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

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
	for _, credential := range []string{"camera", "home"} {
		statement, err := accounts.AddKey(ctx, ann, credential, newSigner().Public())
		token, err2 := accounts.Issue(ctx, ann, credential)
		fmt.Println(credential, len(statement) > 0, len(token), errors.Join(err, err2))
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
