package program

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
)

// AccountIn is the account file in a folder.
func AccountIn(dir string) string { return filepath.Join(dir, "account") }

// LoadAccount reads the account in a folder, of a station that has joined, and its key.
func LoadAccount(dir string) (account.Account, Key, error) {
	made, err := Exists(AccountIn(dir))
	if err != nil {
		return account.Account{}, Key{}, err
	}
	var a account.Account
	if made {
		a, err = account.Open(AccountIn(dir), "", nil) // which makes none, and needs no chance
	}
	switch {
	case errors.Is(err, transport.ErrMalformed) || errors.Is(err, transport.ErrTooLarge):
		return a, Key{}, Plain(fmt.Errorf("%s is damaged; restore it from a backup (%w)", AccountIn(dir), err))
	case err != nil:
		return a, Key{}, err
	case a.User.IsZero():
		return a, Key{}, Plain(fmt.Errorf("there is no account in %s; use the word join with an invitation first", dir))
	}
	signer, err := a.Signer()
	return a, Key{signer, a.Key}, err
}
