package p2plink

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multibase"

	"github.com/glimpse-go/glimpse/transport"
)

// domain ends the host of all URLs of stations; it is no domain of the DNS.
const domain = ".libp2p"

// URL is where the station of a libp2p host is reached: what its endpoint lists, and clients
// take as their base. The peer id is a CID in base 36, as a label of a host name has to be, in
// small letters and of 63 at most.
func URL(id peer.ID) string {
	label, err := peer.ToCid(id).StringOfBase(multibase.Base36)
	if err != nil {
		return "" // of the empty id
	}
	return "https://" + label + domain
}

// PeerID returns the peer id in a URL. The error wraps transport.ErrMalformed.
func PeerID(base string) (peer.ID, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", transport.At(transport.ErrMalformed, "URL")
	}
	return idOf(u.Hostname())
}

// idOf returns the peer id that a host names.
func idOf(host string) (peer.ID, error) {
	label, ok := strings.CutSuffix(host, domain)
	id, err := peer.Decode(label)
	if err != nil || !ok || URL(id) != "https://"+host {
		return "", fmt.Errorf("%w: no peer id", transport.At(transport.ErrMalformed, host))
	}
	return id, nil
}
