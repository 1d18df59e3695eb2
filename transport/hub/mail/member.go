package mail

import (
	"context"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// maxParked is how many letters an author is shown at once.
const maxParked = 1000

// Of is what letters are to one user, whom the caller vouches for: links serve it.
func (m *Mailer) Of(user collection.UserID) transport.Letters { return member{m, user} }

type member struct {
	*Mailer
	user collection.UserID
}

// Channels implements transport.Letters.
func (o member) Channels(ctx context.Context) (transport.Channels, error) {
	return station.Inside(&o.drain, func() (transport.Channels, error) {
		choice, err := ChoiceOf(ctx, o.hub.Store, o.user)
		return o.channels(choice, nil), err
	})
}

func (o member) channels(choice transport.Choice, awaited []string) transport.Channels {
	offered := slices.Sorted(maps.Keys(o.cfg.Channels))
	return transport.Channels{Offered: offered, Language: choice.Language, Addresses: choice.Addresses, Awaited: awaited}
}

// Choose implements transport.Letters.
func (o member) Choose(ctx context.Context, choice transport.Choice) (transport.Channels, error) {
	return station.Inside(&o.drain, func() (transport.Channels, error) {
		if err := o.check(choice); err != nil {
			return transport.Channels{}, err
		}
		before, err := ChoiceOf(ctx, o.hub.Store, o.user)
		if err != nil {
			return transport.Channels{}, err
		}
		choice, awaited := o.proven(before, choice)
		for _, name := range slices.Sorted(maps.Keys(awaited)) {
			if err := o.prove(ctx, name, awaited[name], choice.Language); err != nil {
				return transport.Channels{}, err
			}
		}
		err = o.Mailer.Choose(ctx, o.user, choice)
		return o.channels(choice, slices.Sorted(maps.Keys(awaited))), err
	})
}

// proven returns what is chosen now: addresses that are the user's already, or have their codes;
// and those that are still to be proven, whose channels stay as they were before.
func (o member) proven(before, choice transport.Choice) (now transport.Choice, awaited map[string]string) {
	now = transport.Choice{Language: choice.Language, Addresses: map[string]string{}}
	awaited = map[string]string{}
	for name, address := range choice.Addresses {
		is := before.Addresses[name]
		if address == is || o.isCode(choice.Codes[name], name, address) {
			now.Addresses[name] = address
			continue
		}
		awaited[name] = address
		if is != "" {
			now.Addresses[name] = is
		}
	}
	return now, awaited
}

// Parked implements transport.Letters: it lists a thousand of them at most.
func (o member) Parked(ctx context.Context) (p transport.Parked, err error) {
	all, err := o.Mailer.Parked(ctx, o.user)
	for _, l := range all[:min(len(all), maxParked)] {
		p.Letters = append(p.Letters, transport.ParkedLetter{
			Author: l.Collection.Author, ID: l.Collection.ID, Address: l.Address, Since: l.Since.Unix(), Refused: l.Refused,
		})
	}
	return p, err
}
