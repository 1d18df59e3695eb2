// Package signup registers users at a hub in the same process, as a sign-up page would: for
// programs that play all stations, and have no people at them to compare a code (package enrol).
package signup

import (
	"context"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// Register registers a user at a hub that is served at a URL with its own key, and makes accounts
// that have no more than a name and a key those of the user's stations: in each are then a token
// of its own, and what shows that its key is the user's. The key of the first one is the user
// key, which seals the user's roster when there is another. Errors are those of the hub.
func Register(ctx context.Context, h *hub.Hub, url, name string, stations ...*account.Account) error {
	address := strings.ToLower(name) + "@example.org"
	user, err := h.Accounts().Register(ctx, hub.Person{Name: name, Addresses: []string{address}})
	var userKey *signature.Signer
	for _, a := range stations {
		if err == nil {
			userKey, err = admit(ctx, h, url, user, a, userKey)
		}
	}
	return err
}

// admit makes a station one of a user's, and returns the user key, which is the station's if there
// was none.
func admit(ctx context.Context, h *hub.Hub, url string, user collection.UserID, a *account.Account, userKey *signature.Signer) (*signature.Signer, error) {
	key, err := a.Signer()
	if err != nil {
		return nil, err
	}
	a.User, a.Authority, a.Hub, a.Pinned = user, h.PublicKey(), []string{url}, true
	if a.Token, err = h.Accounts().Issue(ctx, user, a.Name); err != nil {
		return nil, err
	}
	if userKey == nil {
		userKey = key
	} else if a.UserKey, err = userKey.Public(), list(ctx, h, user, key, userKey); err != nil {
		return nil, err
	}
	proof, err := signature.ProvePossession(ctx, key, a.Authority.ID(), user)
	if err == nil {
		a.Statement, err = h.Accounts().AddKey(ctx, user, a.Name, key.Public(), proof)
	}
	return userKey, err
}

// list tells the hub of a user's second station.
func list(ctx context.Context, h *hub.Hub, user collection.UserID, key, userKey *signature.Signer) error {
	station, err := signature.NewStation(ctx, user, key, signature.StationPeer)
	if err != nil {
		return err
	}
	roster, err := signature.Roster{User: user}.Join(station).Sign(ctx, userKey)
	if err != nil {
		return err
	}
	data, err := roster.MarshalBinary()
	if err == nil {
		_, err = h.Accounts().SetRoster(ctx, data)
	}
	return err
}

// Begin makes accounts that have no more than a name and a key those of the stations of a new user
// who has no hub: a home, whose key is the user key, from which the user's id is derived, and
// devices. Errors are those of the keys.
func Begin(ctx context.Context, stations ...*account.Account) error {
	userKey, err := stations[0].Signer()
	if err != nil {
		return err
	}
	roster := signature.Roster{User: userKey.Public().UserID()}
	role := signature.StationPeer
	for _, a := range stations {
		key, err := a.Signer()
		if err != nil {
			return err
		}
		station, err := signature.NewStation(ctx, roster.User, key, role)
		if err != nil {
			return err
		}
		roster, role = roster.Join(station), signature.StationDevice
	}
	if roster, err = roster.Sign(ctx, userKey); err != nil {
		return err
	}
	statement, err := roster.MarshalBinary()
	for _, a := range stations {
		a.User, a.UserKey, a.Statement = roster.User, userKey.Public(), statement
	}
	return err
}
