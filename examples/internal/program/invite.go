package program

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// Invitation is what a person carries from a station that admits to one that joins. As
// text it is a URL: what follows the # is sent to nobody.
type Invitation struct {
	URL    string           // of the station
	Key    collection.KeyID // which it shows there; zero = a public certificate
	Secret string           // names the attempt, at a hub where many may be open
	// HubPinned says that the hub shows its authority's key and no public certificate, where
	// it is not the hub that invites.
	HubPinned bool
}

// String returns the text.
func (i Invitation) String() string {
	key := ""
	if !i.Key.IsZero() {
		key = i.Key.String()
	}
	text := i.URL + "#" + key + "." + i.Secret
	if i.HubPinned {
		text += ".key"
	}
	return text
}

// ParseInvitation reads the text.
func ParseInvitation(text string) (i Invitation, err error) {
	base, rest, _ := strings.Cut(text, "#")
	key, secret, _ := strings.Cut(rest, ".")
	secret, pinned := strings.CutSuffix(secret, ".key")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return i, Usage("%q is no invitation: it begins with http:// or https:// and has a host", text)
	}
	i = Invitation{URL: strings.TrimSuffix(base, "/"), Secret: secret, HubPinned: pinned}
	if key != "" {
		err = i.Key.UnmarshalText([]byte(key))
	}
	if err != nil {
		return i, Usage("%q is no invitation: a part of it is missing", text)
	}
	return i, nil
}

// Join makes the station in a folder one of a user's. The person who has the invitation
// compares a code that both sides show.
func Join(ctx context.Context, env Env, dir, name string, role signature.StationRole, text string) error {
	invitation, err := ParseInvitation(text)
	if err != nil {
		return err
	}
	lock, err := Lock(dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	a, err := account.Open(AccountIn(dir), name, rand.Reader) // the key is there before anything is asked
	if err != nil {
		return err
	}
	if !a.User.IsZero() {
		return Plain(fmt.Errorf("%s has an account already; choose another folder with -data", dir))
	}
	a.Name = name
	signer, err := a.Signer()
	if err != nil {
		return err
	}
	client := httplink.NewEnrolClient(invitation.URL, invitation.Secret, httplink.Options{Key: invitation.Key})
	joiner, err := enrol.Join(ctx, client, signer, role, name, rand.Reader)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "The code is %s.\n", joiner.Code())
	if !env.Ask(ctx, "Does the other side show the same code?") {
		return Plain(fmt.Errorf("not joined; nothing was changed"))
	}
	admission, err := joiner.Confirm(ctx)
	if err != nil {
		return err
	}
	if err := a.Join(admission); err != nil {
		return err
	}
	a.Pinned = invitation.HubPinned || invitation.Secret != "" && !invitation.Key.IsZero()
	if err := a.Save(AccountIn(dir)); err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "Joined: this is a station of user %v.\n", a.User)
	return nil
}
