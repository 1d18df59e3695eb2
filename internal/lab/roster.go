package lab

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// UserKey is the key that seals a user's rosters.
func UserKey(user collection.UserID) *signature.Signer { return Signer("user key of " + user.String()) }

// Enroll puts a station of a user into the user's roster at a hub, adds its key to a
// credential, and returns what shows that the key is the user's.
func Enroll(ctx context.Context, h *hub.Hub, user collection.UserID, credential string, key *signature.Signer, role signature.StationRole) ([]byte, error) {
	r, err := Roster(ctx, h, user)
	if err != nil {
		return nil, err
	}
	station, err := signature.NewStation(ctx, user, key, role)
	if err != nil {
		return nil, err
	}
	if _, err := SetRoster(ctx, h, r.Join(station), UserKey(user)); err != nil {
		return nil, err
	}
	return AddKey(ctx, h, user, credential, key)
}

// Roster is the latest roster of a user at a hub; without a number if there is none.
func Roster(ctx context.Context, h *hub.Hub, user collection.UserID) (signature.Roster, error) {
	statements, err := h.Accounts().KeyStatements(ctx, user)
	for _, data := range statements {
		var r signature.Roster
		if r.UnmarshalBinary(data) == nil {
			return r, err
		}
	}
	return signature.Roster{User: user}, err
}

// SetRoster seals a roster and hands it to a hub, which returns it countersigned.
func SetRoster(ctx context.Context, h *hub.Hub, r signature.Roster, by *signature.Signer) ([]byte, error) {
	r, err := r.Sign(ctx, by)
	if err != nil {
		return nil, err
	}
	data, err := r.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return h.Accounts().SetRoster(ctx, data)
}

// AddKey adds a key to a credential at a hub, with the proof of its holder, and returns
// what shows that it is the user's.
func AddKey(ctx context.Context, h *hub.Hub, user collection.UserID, credential string, key *signature.Signer) ([]byte, error) {
	proof, err := signature.ProvePossession(ctx, key, h.PublicKey().ID(), user)
	if err != nil {
		return nil, err
	}
	return h.Accounts().AddKey(ctx, user, credential, key.Public(), proof)
}
