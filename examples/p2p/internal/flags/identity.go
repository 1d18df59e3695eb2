package flags

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/libp2p/go-libp2p/core/crypto"

	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// identityIn reads the key of the libp2p host in a folder, and makes it if there is none: with
// another one the station would be elsewhere on the network.
func identityIn(dir string) (crypto.PrivKey, error) {
	name := filepath.Join(dir, "p2p.key")
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = makeIdentity(name)
	}
	if err != nil {
		return nil, err
	}
	key, err := crypto.UnmarshalPrivateKey(data)
	if err != nil {
		return nil, program.Plain(fmt.Errorf("%s is damaged; remove it, and the computer has another address on the network (%w)", name, err))
	}
	return key, nil
}

func makeIdentity(name string) ([]byte, error) {
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		return nil, err
	}
	data, err := crypto.MarshalPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return data, program.WriteFile(name, data)
}
