package flags

import (
	"context"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// Camera are the options of a camera, which calls others and is never called. It is another
// host each time, so that nobody on the local network knows it again.
type Camera struct {
	Local bool `help:"Find the user's home on the local network, where peer run -p2p serves: no address is needed."`
}

// Join implements program.NetworkFlags.
func (f *Camera) Join(ctx context.Context, _ program.Env, _ *program.Station) (program.Network, error) {
	if !f.Local {
		return nil, nil
	}
	h, err := p2plink.New(ctx, nil, p2plink.Config{Listen: anywhere, Networks: program.HomeNetworks, Client: true, Local: true})
	if err != nil {
		return nil, err
	}
	return onNetwork{h}, nil
}
