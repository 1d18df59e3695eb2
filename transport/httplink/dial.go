package httplink

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// errNetwork is the error of an address that is not dialled.
var errNetwork = errors.New("neither a public address nor in a network that is listed")

// maxAnswerHead bounds the header of an answer, in bytes.
const maxAnswerHead = 64 << 10

// PublicTransport makes requests to URLs that others name, such as those of sources. It
// connects to public unicast addresses alone and to those in the networks: not to this
// computer, its local networks, carriers' shared ones, multicast, what is reserved, or
// addresses that stand for others (mapped, translated, tunnelled). That is checked of the
// address that a name has been resolved to, of each connection, before anything is sent; any
// port may be dialled. It uses no proxy, which would resolve names itself, and does not
// unpack answers.
//
// A family whose stations reach each other at home lists its network there, such as
// 192.168.1.0/24; a program that plays all stations on one computer lists 127.0.0.0/8.
func PublicTransport(networks ...netip.Prefix) *http.Transport {
	dialer := &net.Dialer{Timeout: defaultMaxStall, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		if to, err := netip.ParseAddrPort(address); err != nil || !mayDial(to.Addr(), networks) {
			return errNetwork
		}
		return nil
	}}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, DisableCompression: true,
		TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 90 * time.Second, MaxIdleConns: 100, MaxResponseHeaderBytes: maxAnswerHead,
	}
}

func mayDial(to netip.Addr, networks []netip.Prefix) bool {
	in := func(n netip.Prefix) bool { return n.Contains(to) }
	if slices.ContainsFunc(networks, in) {
		return true
	}
	return slices.ContainsFunc(public, in) && !slices.ContainsFunc(special, in)
}

// public are the unicast addresses, and special those of them that are no public ones or
// stand for others, of the registries of RFC 6890. An address with a zone is in none, nor is
// an IPv4 address that is mapped into IPv6.
var (
	public  = prefixes("0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3", "2000::/3")
	special = prefixes(
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	)
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}
