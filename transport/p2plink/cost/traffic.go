package main

import (
	"errors"
	"sync/atomic"

	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/metrics"
	libnet "github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// requests is the protocol of what is asked and fetched from a station that is known.
const requests = "/glimpse/http/1"

// traffic counts what a host sends and receives in its streams, and the connections that it
// opens, at once: libp2p's own counter, in the place of which it is put, lags by two seconds. As
// the host's connection manager it hears of connections, and closes none by itself.
type traffic struct {
	metrics.Reporter // nil: nobody asks for rates
	connmgr.NullConnMgr

	sent, received  atomic.Int64 // in all protocols but that of requests
	requested       atomic.Int64 // sent in that one
	opened          atomic.Int64 // connections, by the host
	network         atomic.Pointer[libnet.Network]
	libnet.Notifiee // what is not counted
}

// LogSentMessage implements metrics.Reporter.
func (*traffic) LogSentMessage(int64) {}

// LogRecvMessage implements metrics.Reporter.
func (*traffic) LogRecvMessage(int64) {}

// LogSentMessageStream implements metrics.Reporter.
func (t *traffic) LogSentMessageStream(n int64, of protocol.ID, _ peer.ID) {
	if of == requests {
		t.requested.Add(n)
	} else {
		t.sent.Add(n)
	}
}

// LogRecvMessageStream implements metrics.Reporter.
func (t *traffic) LogRecvMessageStream(n int64, of protocol.ID, _ peer.ID) {
	if of != requests {
		t.received.Add(n)
	}
}

// Notifee implements connmgr.ConnManager.
func (t *traffic) Notifee() libnet.Notifiee { return t }

// Connected implements network.Notifiee.
func (t *traffic) Connected(n libnet.Network, c libnet.Conn) {
	t.network.Store(&n)
	if c.Stat().Direction == libnet.DirOutbound {
		t.opened.Add(1)
	}
}

// forget closes the host's connections, but those to one other host.
func (t *traffic) forget(but peer.ID) error {
	var failed []error
	for _, c := range (*t.network.Load()).Conns() {
		if c.RemotePeer() != but {
			failed = append(failed, c.Close())
		}
	}
	return errors.Join(failed...)
}
