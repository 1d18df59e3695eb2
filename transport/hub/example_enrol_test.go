package hub_test

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// A user who starts makes its key at home. The hub learns it, and the home the authority's
// key, under a code that both show; the token that the hub issues is the invitation, over
// HTTP: see httplink.HandlerOptions.
func ExampleAccounts_AddKey() {
	ctx := context.Background()
	h, _ := hub.New(ctx, newSigner(), hub.Config{})
	ann, _ := h.Accounts().Register(ctx, hub.Person{Name: "Ann"})
	offer := enrol.Offer{User: ann, Authority: h.PublicKey(), Hub: []string{"https://hub.example.org"}}
	attempt, err := enrol.NewAttempt(ctx, offer, rand.Reader)
	fmt.Println("open:", err)

	key := newSigner() // at home, where it stays
	joiner, err := enrol.Join(ctx, attempt, key, signature.StationPeer, "home", rand.Reader)
	fmt.Println("home waits:", err)

	asking, code, err := attempt.Wait(ctx)
	fmt.Println("the hub asks:", asking.Name, code == joiner.Code(), err)
	go func() { // a person says yes at the hub
		r, err := attempt.Confirm(ctx)
		if err != nil {
			return
		}
		statement, err := h.Accounts().AddKey(ctx, ann, r.Name, r.Key, r.Proof)
		if err != nil || attempt.Admit(statement) != nil {
			attempt.Refuse()
		}
	}()
	admission, err := joiner.Confirm(ctx) // and at home
	fmt.Println("home is in:", admission.User == ann, admission.Authority.Equal(h.PublicKey()), err)
	// Output:
	// open: <nil>
	// home waits: <nil>
	// the hub asks: home true <nil>
	// home is in: true true <nil>
}
