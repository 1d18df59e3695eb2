package cameraprogram

import (
	"context"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

const (
	looking = 5 * time.Second        // for a home on the local network, which is heard soon
	again   = 100 * time.Millisecond // the pause between two looks
)

// join puts the camera on the local network, if that is asked for, until it is closed.
func (w homeFlag) join(ctx context.Context, c *camera) (err error) {
	if c.network, err = w.On.Join(ctx, c.env, c.Station); c.network != nil {
		c.Closers = append(c.Closers, c.network)
	}
	return err
}

// nearby does something at the user's home on the local network, and reports whether there is one.
func (c *camera) nearby(ctx context.Context, do func(transport.Home) error) (found bool, err error) {
	homes := c.homesNearby(ctx)
	if len(homes) == 0 {
		return false, ctx.Err()
	}
	fmt.Fprintln(c.env.Out, "The home is on the local network.")
	return true, c.reach(homes, do)
}

// homesNearby looks for the user's stations on the local network.
func (c *camera) homesNearby(ctx context.Context) []transport.Source {
	if c.network == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, looking)
	defer cancel()
	tick := time.NewTicker(again)
	defer tick.Stop()
	for {
		found, _ := c.network.Nearby(ctx, c.Account.User) // it fails as ctx ends
		if _, mine := c.mine(ctx, found); len(mine) > 0 {
			return mine
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// mine are those sources that a station of the camera's user has sealed itself.
func (c *camera) mine(ctx context.Context, all []transport.Source) (homes []collection.Endpoint, sources []transport.Source) {
	keys := new(signature.Keyring)
	if c.Account.AddTo(ctx, keys) != nil {
		return nil, nil
	}
	for _, source := range all {
		e, bad := collection.DecodeEndpoint(source.Endpoint)
		if serves, _ := e.Serves(source.URL); bad == nil && serves && e.User == c.Account.User && e.Verify(ctx, keys, time.Now()) == nil {
			homes, sources = append(homes, e), append(sources, source)
		}
	}
	return homes, sources
}
