package httplink

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
)

// CallerOf returns the station that has an account, as it calls others. The error is that of
// Account.Signer.
func CallerOf(a account.Account) (Caller, error) {
	signer, err := a.Signer()
	if err != nil {
		return Caller{}, err
	}
	return Caller{User: a.User, Signer: signer, Statement: a.Statement}, nil
}

// HubOf returns a client of the hub of the station that has an account, at the preferred URL:
// with the station's token or, where it has none, its seal. Where the account is Pinned, o.Key
// becomes the authority's. The errors are those of CallerOf, and wrap account.ErrNotJoined, or
// transport.ErrUnreachable where the station has no hub.
func HubOf(a account.Account, o Options) (*Client, error) {
	switch {
	case a.User.IsZero():
		return nil, account.ErrNotJoined
	case len(a.Hub) == 0:
		return nil, transport.At(transport.ErrUnreachable, "there is no hub")
	}
	authority := collection.KeyID(a.Authority.ID())
	if a.Pinned {
		o.Key = authority
	}
	if a.Token != "" {
		return NewClient(a.Hub[0], Bearer(a.Token), o), nil
	}
	caller, err := CallerOf(a)
	if err != nil {
		return nil, err
	}
	return NewClient(a.Hub[0], Sealed(caller, authority), o), nil
}
