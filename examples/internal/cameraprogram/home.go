package cameraprogram

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// homeFlag says where the home is.
type homeFlag struct {
	Home string `placeholder:"HOME" help:"The home: an address as peer address prints it, or the folder of a peer that does not run, such as on a disk that is plugged in. Where the camera has found it last, if empty, or where the hub says that it is now."`

	On program.NetworkFlags `embed:""`
}

// with reaches the home, for a while.
func (w homeFlag) with(ctx context.Context, c *camera, do func(transport.Home) error) error {
	if w.Home == "" {
		if found, err := c.nearby(ctx, do); found && !errors.Is(err, transport.ErrUnreachable) {
			return err
		}
		return c.atHome(ctx, do)
	}
	if info, err := os.Stat(w.Home); err == nil && info.IsDir() {
		return c.inFolder(ctx, w.Home, do)
	}
	address, err := program.ParseAddress(w.Home)
	if err != nil {
		return err
	}
	return do(address.Reach(c.Caller()))
}

// atHome reaches the home where it was found last or, if it is not there any more, where it
// serves now.
func (c *camera) atHome(ctx context.Context, do func(transport.Home) error) error {
	sources, err := c.Account.Sources()
	if err != nil {
		return err
	}
	if len(sources) == 0 {
		err = program.Plain(errors.New("the camera knows no home; say where it is with -home, or join there"))
	} else if err = c.reach(sources, do); err == nil || !errors.Is(err, transport.ErrUnreachable) {
		return err
	}
	if now := c.homesNow(ctx); len(now) > 0 {
		return c.reach(now, do)
	}
	return err
}

// reach does something at the first home that answers.
func (c *camera) reach(sources []transport.Source, do func(transport.Home) error) (err error) {
	dial := program.Dialer(c.Caller(), c.network, program.HomeNetworks...)
	for _, source := range sources {
		var home transport.Home
		if home, err = dial.Reach(source); err == nil {
			err = do(home)
		}
		if err == nil || !errors.Is(err, transport.ErrUnreachable) {
			return err
		}
	}
	return err
}

// homesNow asks the hub where the user's stations serve what is at home, and keeps that. What
// they have not sealed themselves does not count.
func (c *camera) homesNow(ctx context.Context) (sources []transport.Source) {
	hub, err := httplink.HubOf(c.Account, httplink.Options{})
	if err != nil {
		return nil
	}
	var homes []collection.Endpoint
	for _, a := range slices.Backward(c.albums) {
		state, err := hub.Collection(ctx, a.name(c.Account.User))
		homes, sources = c.mine(ctx, state.Sources)
		if len(homes) > 0 || errors.Is(err, transport.ErrUnreachable) {
			break
		}
	}
	if len(homes) > 0 {
		c.Account.Homes = homes
		c.Account.Save(program.AccountIn(c.Dir)) // or the hub is asked again
	}
	return sources
}

// inFolder is the home in a folder, whose peer is opened here.
func (c *camera) inFolder(ctx context.Context, dir string, do func(transport.Home) error) error {
	p, err := program.OpenPeer(ctx, dir, peer.Config{}, program.Ways{})
	if err != nil {
		return err
	}
	err = do(p.As(transport.Identity{User: c.Account.User, Key: c.OwnKey.ID()}))
	return errors.Join(err, p.Close())
}
