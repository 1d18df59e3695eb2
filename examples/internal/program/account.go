package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// Account is what a station knows of its user and of the hub since it has joined. No
// secret is in it; the key is in a file of its own.
type Account struct {
	User      collection.UserID
	Hub       string              // its base URL; empty = there is none
	Pinned    bool                // the hub shows the authority's key at that URL, not a public certificate
	Authority signature.PublicKey // the hub's
	UserKey   signature.PublicKey // of the user
	Homes     [][]byte            // endpoints of the user's stations that serve, as they have sealed them
	Statement []byte              // whose the station's key is
}

// accountFile is an Account as it is stored.
type accountFile struct {
	User      collection.UserID `json:"user"`
	Hub       string            `json:"hub,omitempty"`
	Pinned    bool              `json:"pinned,omitempty"`
	Authority []byte            `json:"authority,omitempty"`
	UserKey   []byte            `json:"user_key,omitempty"`
	Homes     [][]byte          `json:"homes,omitempty"`
	Statement []byte            `json:"statement"`
}

func accountName(dir string) string { return filepath.Join(dir, "account.json") }

// LoadAccount reads the account in a folder.
func LoadAccount(dir string) (a Account, err error) {
	text, err := os.ReadFile(accountName(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return a, Plain(fmt.Errorf("there is no account in %s; use the word join with an invitation first", dir))
	}
	if err != nil {
		return a, err
	}
	var f accountFile
	if err = json.Unmarshal(text, &f); err == nil {
		a = Account{User: f.User, Hub: f.Hub, Pinned: f.Pinned, Homes: f.Homes, Statement: f.Statement}
		a.Authority, err = readPublic(f.Authority)
	}
	if err == nil {
		a.UserKey, err = readPublic(f.UserKey)
	}
	if err != nil {
		err = Plain(fmt.Errorf("%s is damaged; restore it from a backup, or join again (%w)", accountName(dir), err))
	}
	return a, err
}

// Save writes the account into a folder.
func (a Account) Save(dir string) error {
	f := accountFile{User: a.User, Hub: a.Hub, Pinned: a.Pinned, Homes: a.Homes, Statement: a.Statement}
	var err error
	if f.Authority, err = writePublic(a.Authority); err != nil {
		return err
	}
	if f.UserKey, err = writePublic(a.UserKey); err != nil {
		return err
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(accountName(dir), append(text, '\n'))
}

func readPublic(data []byte) (signature.PublicKey, error) {
	if len(data) == 0 {
		return signature.PublicKey{}, nil
	}
	return signature.ParsePublicKey(data)
}

func writePublic(key signature.PublicKey) ([]byte, error) {
	if key.ID() == [32]byte{} {
		return nil, nil
	}
	return key.MarshalBinary()
}

// AccountOf makes the account of an admission.
func AccountOf(a enrol.Admission, pinned bool) (Account, error) {
	made := Account{User: a.User, Pinned: pinned, Authority: a.Authority, UserKey: a.Key, Statement: a.Statement}
	if len(a.Hub) > 0 {
		made.Hub = a.Hub[0]
	}
	for _, e := range a.Endpoints {
		data, err := e.MarshalBinary()
		if err != nil {
			return made, err
		}
		made.Homes = append(made.Homes, data)
	}
	return made, nil
}

// Keyring trusts the authority and the user's own keys, and nothing else.
func (a Account) Keyring(ctx context.Context) (*signature.Keyring, error) {
	keys := new(signature.Keyring)
	admission := enrol.Admission{Offer: enrol.Offer{User: a.User, Authority: a.Authority, Key: a.UserKey}, Statement: a.Statement}
	return keys, admission.AddTo(ctx, keys)
}

// Caller is the station with its key, as it calls others.
func (a Account) Caller(key Key) httplink.Caller {
	return httplink.Caller{User: a.User, Signer: key, Statement: a.Statement}
}

// HubClient is the hub for the account's user: requests are sealed with the station's key.
// Without a hub it is nil.
func (a Account) HubClient(key Key) *httplink.Client {
	if a.Hub == "" {
		return nil
	}
	authority := collection.KeyID(a.Authority.ID())
	var o httplink.Options
	if a.Pinned {
		o.Key = authority
	}
	return httplink.NewClient(a.Hub, httplink.Sealed(a.Caller(key), authority), o)
}

// Sources are the user's stations that serve.
func (a Account) Sources() (sources []transport.Source) {
	for _, data := range a.Homes {
		e, err := collection.DecodeEndpoint(data)
		if err != nil {
			continue
		}
		for _, url := range append(e.URLs, e.Web...) {
			sources = append(sources, transport.Source{User: a.User, URL: url, Endpoint: data})
		}
	}
	return sources
}
