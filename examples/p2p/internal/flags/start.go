package flags

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/gologshim"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// quiet has libp2p log nothing, unless its own variable of the environment asks for that: what
// goes wrong is one line.
func quiet() {
	if os.Getenv("GOLOG_LOG_LEVEL") == "" {
		gologshim.SetDefaultHandler(slog.DiscardHandler)
	}
}

// idle refuses options that say nothing, since the station takes no part in the network.
func (w where) idle(more bool) error {
	if len(w.Listen) > 0 || len(w.Stations) > 0 || w.Public || more {
		return program.Usage("-p2p is missing: without it, the other options of the network say nothing")
	}
	return nil
}

func (w where) checkListen() error {
	for _, text := range w.Listen {
		if _, err := ma.NewMultiaddr(text); err != nil {
			return program.Usage("-p2p-listen %q: it is such as /ip4/0.0.0.0/udp/4001/quic-v1 or /ip4/0.0.0.0/tcp/4001: %w", text, err)
		}
	}
	return nil
}

// why says what to do where the station could not listen: libp2p wraps no error of the system.
func (w where) why(err error) error {
	if len(w.Listen) == 0 || errors.Is(err, context.Canceled) {
		return err
	}
	return program.Plain(fmt.Errorf("choose another port or address for -p2p-listen, if another program uses that one or this computer does not have it (%w)", err))
}

// tellWhere prints where others join the network who are in networks: of the addresses that they
// dial. Those at which only this computer reaches itself are left out where there are others.
func tellWhere(to io.Writer, at peer.AddrInfo, networks []netip.Prefix) error {
	at.Addrs = slices.DeleteFunc(slices.Clone(at.Addrs), func(a ma.Multiaddr) bool { return !dialled(a, networks) })
	if slices.ContainsFunc(at.Addrs, func(a ma.Multiaddr) bool { return !manet.IsIPLoopback(a) }) {
		at.Addrs = slices.DeleteFunc(at.Addrs, manet.IsIPLoopback)
	}
	return printWhere(to, at)
}

func dialled(a ma.Multiaddr, networks []netip.Prefix) bool {
	ip, err := manet.ToIP(a)
	if err != nil || manet.IsPublicAddr(a) {
		return err == nil
	}
	at, _ := netip.AddrFromSlice(ip)
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(at.Unmap()) })
}

func printWhere(to io.Writer, at peer.AddrInfo) error {
	all, err := peer.AddrInfoToP2pAddrs(&at)
	if err != nil || len(at.Addrs) == 0 {
		return err
	}
	text := "Others join the network with one of these:\n"
	for _, a := range all {
		text += fmt.Sprintf("    -p2p-join %s\n", a)
	}
	_, err = io.WriteString(to, text)
	return err
}
