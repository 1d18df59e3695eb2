package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// callLimits are those of each caller: a peer is somebody's computer at home.
var callLimits = station.CallLimits{
	Calls: station.DefaultCalls, Waits: station.DefaultWaits, Messages: station.DefaultMessages, Memory: station.DefaultMemory,
}

// Admit implements transport.Admission: a caller has at most 128 requests under way at once,
// 32 of them that wait, and 32 MiB of messages; all callers together have 64 MiB of those
// that are longer than 64 KiB. Nothing is taken of who has brought too much that is not whole:
// see Quotas.
func (p *Peer) Admit(ctx context.Context, call transport.Call) (leave func(), err error) {
	if err := p.admitParts(ctx, call); err != nil {
		return nil, err
	}
	return p.calls.Admit(ctx, call, callLimits)
}
