package account

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"unicode/utf8"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// Limits, in bytes.
const (
	maxFile  = 256 << 10
	maxToken = 1024
)

// blockType is the PEM block's.
const blockType = "GLIMPSE ACCOUNT"

// form is an account in its binary form. Keys that are zero are empty.
type form struct {
	_              struct{} `cbor:",toarray"`
	User           collection.UserID
	Name           string
	HasKey         bool // the private key follows
	Key, Authority []byte
	Hub            []string
	Pinned         bool
	Token          string
	Statement      []byte
	Homes          [][]byte
}

// MarshalText returns the account as its file has it. The error wraps transport.ErrMalformed
// or transport.ErrTooLarge for one that could not be read.
func (a Account) MarshalText() ([]byte, error) {
	f := form{User: a.User, Name: a.Name, HasKey: a.Key != nil, Hub: a.Hub, Pinned: a.Pinned, Token: a.Token, Statement: a.Statement, Homes: [][]byte{}}
	f.Key, _ = a.UserKey.MarshalBinary() // which fails for no key alone
	f.Authority, _ = a.Authority.MarshalBinary()
	if f.Hub == nil {
		f.Hub = []string{}
	}
	for _, e := range a.Homes {
		home, err := e.MarshalBinary()
		if err != nil {
			return nil, err
		}
		f.Homes = append(f.Homes, home)
	}
	data, err := transport.Encode(f)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: data})
	if a.Key != nil {
		key, err := signature.MarshalPrivateKey(a.Key)
		if err != nil {
			return nil, err
		}
		text = append(text, key...)
	}
	var again Account
	return text, again.UnmarshalText(text)
}

// UnmarshalText reads an account. The errors wrap transport.ErrMalformed and say where, or
// transport.ErrTooLarge, or signature.ErrKey for what is no private key.
func (a *Account) UnmarshalText(text []byte) error {
	if len(text) > maxFile {
		return transport.At(transport.ErrTooLarge, "account")
	}
	if !bytes.HasPrefix(text, []byte("-----BEGIN "+blockType+"-----")) {
		return transport.At(transport.ErrMalformed, "it does not begin with "+blockType)
	}
	block, key := pem.Decode(text)
	if block == nil || block.Type != blockType || len(block.Headers) > 0 {
		return transport.At(transport.ErrMalformed, blockType)
	}
	read, hasKey, err := readForm(block.Bytes)
	if err != nil {
		return err
	}
	if hasKey || len(bytes.TrimSpace(key)) > 0 {
		if read.Key, err = signature.ParsePrivateKey(key, nil); err != nil {
			return fmt.Errorf("%w: %w", transport.At(transport.ErrMalformed, "private key"), err)
		}
	}
	if hasKey != (read.Key != nil) {
		return transport.At(transport.ErrMalformed, "private key")
	}
	if err := read.check(); err != nil {
		return err
	}
	*a = read
	return nil
}

// readForm reads the binary form, and whether the private key follows.
func readForm(data []byte) (a Account, hasKey bool, err error) {
	f, err := transport.DecodeMessage[form](data)
	if err != nil {
		return a, false, err
	}
	if err := f.check(); err != nil {
		return a, false, err
	}
	a = Account{User: f.User, Name: f.Name, Pinned: f.Pinned, Token: f.Token}
	if len(f.Hub) > 0 {
		a.Hub = f.Hub
	}
	if len(f.Statement) > 0 {
		a.Statement = f.Statement
	}
	for _, home := range f.Homes {
		e, err := collection.DecodeEndpoint(home)
		if err != nil {
			return a, false, transport.Wrap(err)
		}
		a.Homes = append(a.Homes, e)
	}
	if len(f.Key) > 0 {
		err = a.UserKey.UnmarshalBinary(f.Key)
	}
	if len(f.Authority) > 0 && err == nil {
		err = a.Authority.UnmarshalBinary(f.Authority)
	}
	return a, f.HasKey, err
}

// check refuses what the form cannot.
func (f form) check() error {
	for _, url := range f.Hub {
		if url == "" || len(url) > collection.MaxURL {
			return transport.At(transport.ErrMalformed, "hub")
		}
	}
	switch {
	case len(f.Hub) > collection.MaxURLs:
		return transport.At(transport.ErrTooLarge, "hub")
	case len(f.Homes) > collection.MaxURLs:
		return transport.At(transport.ErrTooLarge, "homes")
	case len(f.Name) > enrol.MaxName || !utf8.ValidString(f.Name):
		return transport.At(transport.ErrMalformed, "name")
	case len(f.Token) > maxToken:
		return transport.At(transport.ErrTooLarge, "token")
	}
	return nil
}
