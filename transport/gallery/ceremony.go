package gallery

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// A ceremony is what a browser has been asked to do with a passkey. The store has a fixed number
// of places for them, so that those which nobody ends take no more room; whoever begins very
// many has others begin again.
const (
	ceremonies  = 4096
	ceremonyAge = 5 * time.Minute
)

// ceremony is one that has begun.
type ceremony struct {
	Data  webauthn.SessionData
	Begun time.Time
}

func ceremonyKey(place string) string { return "gallery/ceremony/" + place }

// begun keeps a ceremony, and answers a script with what it asks of the browser.
func (g *Gallery) begun(w http.ResponseWriter, r *http.Request, options any, data *webauthn.SessionData, err error) {
	if err != nil {
		g.answer(w, r, err)
		return
	}
	var b [2]byte
	rand.Read(b[:]) // never fails
	place := fmt.Sprint(binary.BigEndian.Uint16(b[:]) % ceremonies)
	_, err = g.cfg.Store.Apply(r.Context(), transport.Batch{
		Changes: []transport.Change{{Key: ceremonyKey(place), Value: encode(ceremony{*data, g.cfg.Now()})}},
	})
	if err != nil {
		g.answer(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(encode(map[string]any{"ceremony": place + "." + data.Challenge, "options": options})) // an error is the browser's, that has gone
}

// ended takes the ceremony that a request ends, which it does once. Nobody ends another's: it is
// named by its challenge, too.
func (g *Gallery) ended(r *http.Request) (data webauthn.SessionData, err error) {
	place, challenge, _ := strings.Cut(r.PathValue("ceremony"), ".")
	key := ceremonyKey(place)
	records, err := g.cfg.Store.Get(r.Context(), key)
	if err != nil {
		return data, err
	}
	var c ceremony
	if records[0].Version == 0 || json.Unmarshal(records[0].Value, &c) != nil {
		return data, transport.ErrNotFound
	}
	if c.Data.Challenge != challenge || g.cfg.Now().Sub(c.Begun).Abs() > ceremonyAge {
		return data, transport.ErrNotFound
	}
	_, err = g.cfg.Store.Apply(r.Context(), transport.Batch{
		Conditions: []transport.Condition{{Key: key, Version: records[0].Version}}, Changes: []transport.Change{{Key: key}},
	})
	return c.Data, err
}

// createPasskey begins to make a passkey for who is signed in.
func (g *Gallery) createPasskey(w http.ResponseWriter, r *http.Request) {
	with, o, _, err := g.withPasskeys(r)
	if err != nil {
		g.answer(w, r, err)
		return
	}
	options, data, err := with.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.WebAuthnCredentials()).CredentialDescriptors()))
	g.begun(w, r, options, data, err)
}

// createdPasskey keeps the passkey that a browser has made.
func (g *Gallery) createdPasskey(w http.ResponseWriter, r *http.Request) {
	with, o, by, err := g.withPasskeys(r)
	if err == nil {
		err = g.takePasskey(r, with, o, by)
	}
	g.answer(w, r, err)
}

func (g *Gallery) takePasskey(r *http.Request, with *webauthn.WebAuthn, o owner, by *seal) error {
	data, err := g.ended(r)
	if err != nil {
		return err
	}
	made, err := with.FinishRegistration(o, data, r)
	if err != nil {
		return refusedPasskey(err)
	}
	name := r.URL.Query().Get("name")
	if len(o.keys) >= maxPasskeys || len(name) > 200 {
		return transport.At(transport.ErrTooLarge, "passkeys")
	}
	k := passkey{Name: name, Made: g.cfg.Now(), Seal: by, Credential: *made}
	_, err = g.cfg.Store.Apply(r.Context(), transport.Batch{Changes: []transport.Change{{Key: passkeyKey(o.id, k.ID()), Value: encode(k)}}})
	return err
}

// withPasskeys returns who is signed in, with passkeys, and the seal on which that rests.
func (g *Gallery) withPasskeys(r *http.Request) (*webauthn.WebAuthn, owner, *seal, error) {
	s, err := g.signedIn(r)
	if err != nil {
		return nil, owner{}, nil, err
	}
	with := g.passkeys(r)
	if with == nil {
		return nil, owner{}, nil, transport.ErrNotFound
	}
	o, err := g.owner(r.Context(), s.User)
	return with, o, s.Seal, err
}

// usePasskey begins to sign in with a passkey, whoever has one.
func (g *Gallery) usePasskey(w http.ResponseWriter, r *http.Request) {
	with := g.passkeys(r)
	if with == nil {
		g.answer(w, r, transport.ErrNotFound)
		return
	}
	options, data, err := with.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	g.begun(w, r, options, data, err)
}

// usedPasskey signs in who has proved to have a passkey.
func (g *Gallery) usedPasskey(w http.ResponseWriter, r *http.Request) {
	with := g.passkeys(r)
	if with == nil {
		g.answer(w, r, transport.ErrNotFound)
		return
	}
	g.answer(w, r, g.signInByPasskey(w, r, with))
}

func (g *Gallery) signInByPasskey(w http.ResponseWriter, r *http.Request, with *webauthn.WebAuthn) error {
	data, err := g.ended(r)
	if err != nil {
		return err
	}
	var o owner
	find := func(_, handle []byte) (webauthn.User, error) {
		var user collection.UserID
		if len(handle) != len(user) {
			return nil, transport.ErrUnauthenticated
		}
		var err error
		o, err = g.owner(r.Context(), collection.UserID(handle))
		return o, err
	}
	used, err := with.FinishDiscoverableLogin(find, data, r)
	if err != nil {
		return refusedPasskey(err)
	}
	k, err := g.count(r.Context(), o, used)
	if err != nil {
		return err
	}
	return g.signIn(w, r, session{User: o.id, Seal: k.Seal, Passkey: k.ID()}, transport.Condition{Key: k.record.Key, Version: k.record.Version})
}

// count notes how often a passkey was used: one that was used less often than is known was
// copied, and is refused (Web Authentication, section 6.1.1).
func (g *Gallery) count(ctx context.Context, o owner, used *webauthn.Credential) (passkey, error) {
	id := passkeyID(used.ID)
	for _, k := range o.keys {
		if k.ID() != id {
			continue
		}
		if used.Authenticator.CloneWarning {
			return k, transport.At(transport.ErrUnauthenticated, "the passkey was copied")
		}
		k.Credential = *used
		version, err := g.cfg.Store.Apply(ctx, transport.Batch{
			Conditions: []transport.Condition{{Key: k.record.Key, Version: k.record.Version}},
			Changes:    []transport.Change{{Key: k.record.Key, Value: encode(k)}},
		})
		k.record.Version = version
		return k, err
	}
	return passkey{}, transport.ErrUnauthenticated
}

// refusedPasskey is the refusal of what a browser has sent, or the store's error in it.
func refusedPasskey(err error) error {
	if errors.Is(err, transport.ErrStorage) {
		return err
	}
	return transport.At(transport.ErrUnauthenticated, err.Error())
}
