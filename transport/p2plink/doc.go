// Package p2plink carries the exchange over a peer-to-peer network that exists, libp2p: stations
// find each other there without a server, by what they hold. A [Host] is one station on it.
//
// Nothing of the exchange is new. A stream of libp2p is a net.Conn, and over it go the requests
// of package httplink, with its handlers ([Host.Listen]) and its clients ([Host.Transport]): who
// calls is said by sealed requests and tokens, as there, and hubs, peers and devices do not know
// the difference. A station is at the URL
//
//	https://<peer id>.libp2p
//
// with the peer id in base 36 ([URL]). Connections are QUIC or TCP, encrypted by TLS 1.3 or
// Noise with the key of the libp2p host; TLS of the station would encrypt them once more.
//
// # Which station answers
//
// The key of a libp2p host is not that of the station, which may be in a secure element. The
// station seals, with the content type application/glimpse.libp2p, that the peer id is its own,
// and shows that to whoever asks, in a stream of the protocol /glimpse/station/1. Who requires
// the station's key (httplink.Options.Key, httplink.Dialer) asks once for each peer id, and sends
// nothing to another one: the handshake of libp2p proves the peer id, and the seal the rest.
//
// # Who has what
//
// A station that serves originals of a collection announces it ([Host.Announce]): one provider
// record for the whole of it in a distributed hash table (Kademlia), whose key is
//
//	topic = SHA-256("glimpse collection" 00 identity)
//
// Only who holds the collection knows its identity, and can search; ids of items never reach
// the table. [Host.Find] looks the record up and asks the stations that it names, again with the
// protocol /glimpse/station/1, for
//
//	proof = HMAC-SHA-256(identity, "glimpse holder" 00 caller's peer id, called peer id, nonce)
//
// and drops those that cannot know the identity; who asks proves the same, with "glimpse seeker"
// in its place, and is told nothing otherwise. So nobody who has merely seen the topic, or fills
// the table with records, learns what is searched for, or which user serves it. What remains is asked
// item by item, over the exchange, and tells outsiders what it tells them of what is not there.
//
// Find is a transport.Finder, to be set as peer.Config.Find: behind the peer's gate, so that a
// labelled item is never searched for. A search that found nothing is remembered for
// [Config.Remember]. p2plink.cddl describes both messages of /glimpse/station/1, and
// testdata/messages.json has vectors of them, good and bad.
//
// # On the local network
//
// With [Config.Local] stations find each other there by mDNS, under random names, and connect. A
// station of a user's says so ([Host.ServeNearby]) to those who know the user's id and ask for it
// ([Host.Nearby]), over the encrypted connection, with the topic and the proofs
//
//	topic = SHA-256("glimpse home" 00 user id)
//	proof = HMAC-SHA-256(user id, "glimpse holder" 00 caller's peer id, called peer id, nonce)
//
// and to nobody from outside. Find asks the stations there first. That the station is the user's
// its sealed endpoint shows, as that of any source. A new device, which is told its user's id, finds
// the home so, and becomes one of the user's stations there (package enrol): with [Host.Transport]
// as Options.HTTP, httplink.NewEnrolClient reaches the home, whoever else listens.
//
// # Behind routers
//
// A station of which nobody has found yet that it is reached from outside (AutoNAT, which begins
// some 15 seconds after the start) takes places at one or two relays, and lists them as its
// addresses (circuit relay v2). A relay is any station with [Config.Relay], such as a hub. What it
// carries is encrypted from end to end, as all connections are, and little: both stations use it
// to open a direct connection through their routers (DCUtR), for which requests wait a few
// seconds. Where a router chooses another port for each destination, none passes, and none is
// waited for. [Host.Direct] says so ([ErrSymmetricHere], [ErrSymmetricThere]); then what is small
// goes through the relay, and an original in parts, as far as the relay lets it.
package p2plink
