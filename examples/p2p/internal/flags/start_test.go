package flags

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// TestTellWhere: others are told of addresses that they dial, and of those of this computer alone
// if there is nothing else.
func TestTellWhere(t *testing.T) {
	const (
		home, loopback = "/ip4/192.168.1.2/tcp/4001", "/ip4/127.0.0.1/tcp/4001"
		public, other  = "/ip4/8.8.8.8/udp/4001/quic-v1", "/ip4/10.0.0.1/tcp/4001"
	)
	id, err := peer.Decode("12D3KooWHDb3osQb1achFVXn4wW6bL3J7PYBSio7BSepL7tv9Kta")
	if err != nil {
		t.Fatal(err)
	}
	networks := []netip.Prefix{netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("127.0.0.0/8")}
	for all, want := range map[string]string{
		home + " " + loopback + " " + public + " " + other: home + " " + public,
		loopback + " " + other:                             loopback,
		other:                                              "",
	} {
		at := peer.AddrInfo{ID: id}
		for a := range strings.FieldsSeq(all) {
			at.Addrs = append(at.Addrs, ma.StringCast(a))
		}
		text := ""
		for a := range strings.FieldsSeq(want) {
			text += "    -p2p-join " + a + "/p2p/" + id.String() + "\n"
		}
		if text != "" {
			text = "Others join the network with one of these:\n" + text
		}
		var got strings.Builder
		if err := tellWhere(&got, at, networks); err != nil || got.String() != text {
			t.Errorf("%v: %q, %v", all, &got, err)
		}
	}
}
