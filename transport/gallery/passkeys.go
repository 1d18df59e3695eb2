package gallery

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// maxPasskeys is how many a user has at most.
const maxPasskeys = 16

// passkey is what is kept of one. It counts for as long as the station does that has made it: who
// stole a phone keeps nothing that was made with it.
type passkey struct {
	Name       string
	Made       time.Time
	Seal       *seal `json:",omitempty"` // of the station; nil = it was none
	Credential webauthn.Credential
	record     transport.Record
	station    collection.KeyID
}

const passkeysOf = "gallery/passkey/"

// ID names a passkey to its user's pages, and in sessions.
func (p passkey) ID() string { return passkeyID(p.Credential.ID) }

// Station names the key of the station that has made it; empty = it was none.
func (p passkey) Station() string {
	if p.Seal == nil {
		return ""
	}
	return p.station.String()
}

func passkeyID(id []byte) string {
	sum := sha256.Sum256(id)
	return hex.EncodeToString(sum[:])
}

func passkeyKey(user collection.UserID, id string) string {
	return passkeysOf + user.String() + "/" + id
}

// owner is a user with passkeys, as package webauthn wants it.
type owner struct {
	id   collection.UserID
	name string
	keys []passkey
}

func (o owner) WebAuthnID() []byte          { return o.id[:] }
func (o owner) WebAuthnName() string        { return cmp.Or(o.name, o.id.String()) }
func (o owner) WebAuthnDisplayName() string { return o.WebAuthnName() }

func (o owner) WebAuthnCredentials() (all []webauthn.Credential) {
	for _, k := range o.keys {
		all = append(all, k.Credential)
	}
	return all
}

// owner returns a user with the passkeys that count, the oldest first, and removes the others.
func (g *Gallery) owner(ctx context.Context, user collection.UserID) (owner, error) {
	o := owner{id: user, name: g.Name(ctx, user)}
	for r, err := range g.cfg.Store.Scan(ctx, passkeysOf+user.String()+"/", "", 0) {
		if err != nil {
			return o, err
		}
		k := passkey{record: r}
		if err := json.Unmarshal(r.Value, &k); err != nil {
			return o, transport.At(errors.Join(transport.ErrStorage, err), r.Key)
		}
		stands, err := g.counts(ctx, user, &k)
		if err != nil {
			return o, err
		}
		if stands {
			o.keys = append(o.keys, k)
		}
	}
	slices.SortFunc(o.keys, func(a, b passkey) int { return a.Made.Compare(b.Made) })
	return o, nil
}

// counts reports whether a passkey does still, and removes it where the station that has made it
// was stopped.
func (g *Gallery) counts(ctx context.Context, user collection.UserID, k *passkey) (stands bool, err error) {
	if k.Seal == nil {
		return true, nil
	}
	k.station, stands, err = g.stands(ctx, user, k.Seal)
	if err == nil && !stands {
		err = g.removePasskey(ctx, user, k.ID())
	}
	return stands, err
}

// passkeys are for the host of Config.URL or, without one, at localhost, where browsers take
// the host's name for a secure place (Secure Contexts, section 3.1); nil = there are none. The port
// is the one that was called: another program's page at localhost gets answers of the same
// passkeys, for its own port, and could pass them on with that as the host.
func (g *Gallery) passkeys(r *http.Request) *webauthn.WebAuthn {
	origin := g.origin
	if origin.Host == "" && isCalledAt(r, "localhost") {
		origin = url.URL{Scheme: "http", Host: r.Host}
	}
	if origin.Host == "" || net.ParseIP(origin.Hostname()) != nil {
		return nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: origin.Hostname(), RPDisplayName: "Glimpse", RPOrigins: []string{origin.String()},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		g.log(r, err)
		return nil
	}
	return w
}

// isCalledAt reports whether a request names a host and the port at which it came.
func isCalledAt(r *http.Request, name string) bool {
	at, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	host, port, err := net.SplitHostPort(r.Host)
	if at == nil || err != nil {
		return false
	}
	_, own, err := net.SplitHostPort(at.String())
	return err == nil && host == name && port == own
}

// removePasskey removes a passkey of a user's, and ends the sessions that it has begun.
func (g *Gallery) removePasskey(ctx context.Context, user collection.UserID, id string) error {
	if _, err := g.cfg.Store.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: passkeyKey(user, id)}}}); err != nil {
		return err
	}
	return g.sessions.endSome(ctx, user, func(s session) bool { return s.Passkey == id })
}
