package account_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// A camera makes its key when it starts first, joins by a file, and starts with the account
// from then on.
func Example() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "account")

	camera, err := account.Open(path, "camera", rand.Reader)
	fmt.Println("made:", err)
	signer, _ := camera.Signer()
	home := newHome()
	asked, _ := enrol.NewRequest(ctx, home.user, signer, signature.StationDevice, camera.Name, rand.Reader)

	admission, err := enrol.Accept(ctx, asked, home.admit(ctx, asked))
	fmt.Println("admitted:", err)
	fmt.Println("joined:", camera.Join(admission), camera.Save(path))

	again, err := account.Open(path, "camera", rand.Reader) // the next time
	keys := new(signature.Keyring)
	fmt.Println("starts:", again.User == home.user, err, again.AddTo(ctx, keys))
	// Output:
	// made: <nil>
	// admitted: <nil>
	// joined: <nil> <nil>
	// starts: true <nil> <nil>
}

// home has the user key, and admits stations.
type home struct {
	key  *signature.Signer
	user collection.UserID
	hub  signature.PublicKey
}

func newHome() home {
	key := newSigner()
	return home{key, collection.UserOf(key.ID()), newSigner().Public()}
}

func (h home) admit(ctx context.Context, asked []byte) []byte {
	r, err := enrol.ReadRequest(asked)
	if err != nil {
		panic(err)
	}
	roster, err := r.AddTo(ctx, signature.Roster{}, h.key)
	if err != nil {
		panic(err)
	}
	statement, err := roster.MarshalBinary()
	if err != nil {
		panic(err)
	}
	admitted, err := r.Admit(ctx, enrol.Offer{User: h.user, Key: h.key.Public(), Authority: h.hub, Hub: []string{"https://hub.example.org"}}, statement)
	if err != nil {
		panic(err)
	}
	return admitted
}

func newSigner() *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	signer, err := signature.NewSigner(key, nil)
	if err != nil {
		panic(err)
	}
	return signer
}
