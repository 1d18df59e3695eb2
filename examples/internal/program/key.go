package program

import (
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/signature"
)

// Key is a station's own key: it seals with it, and shows it to who connects.
type Key struct {
	*signature.Signer
	Private crypto.Signer
}

// LoadKey reads the key of a hub in a folder, and makes it if there is none.
func LoadKey(dir string) (Key, error) {
	name := filepath.Join(dir, "key.pem")
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeKey(name)
	}
	if err != nil {
		return Key{}, err
	}
	private, err := signature.ParsePrivateKey(text, nil)
	if err != nil {
		return Key{}, Plain(fmt.Errorf("%s is damaged; restore it from a backup (%w)", name, err))
	}
	signer, err := signature.NewSigner(private, rand.Reader)
	return Key{signer, private}, err
}

func makeKey(name string) ([]byte, error) {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	text, err := signature.MarshalPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return text, WriteFile(name, text)
}
