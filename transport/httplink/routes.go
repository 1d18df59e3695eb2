// Package httplink carries the exchange over HTTP with net/http: [Client] is
// the one side, [HubHandler] and [PeerHandler] the other.
//
//	POST /v1/share                                            share a collection
//	POST /v1/push?share=                                      share a collection, and its smallest versions behind it
//	POST /v1/upload/{author}/{id}                             missing versions in one stream, and the seal
//	PUT  /v1/versions/{author}/{id}/{item}/{version}?offset=  one version, or the rest of it
//	GET  /v1/versions/{author}/{id}/{item}/{version}?offset=  a partial version
//	POST /v1/versions/{author}/{id}/{version}                 a partial version of all items, each as it comes
//	POST /v1/announce                                         complete versions are served from now on
//	GET  /v1/collections/{author}/{id}                        a collection
//	GET  /v1/updates/{author}/{id}                            what changes of a collection
//	POST /v1/feed                                             changes request, for what the caller's feed has then; waits itself
//	POST /v1/deliveries                                       a notification, to the station of its recipient
//	POST /v1/verify                                           who sealed a statement
//	POST /v1/ids                                              new ids for a collection and its items
//	POST /v1/keys                                             of whom keys were stopped, and statements on some users' keys
//	POST /v1/roster                                           the roster of the caller's user, for the latest
//	GET  /v1/settings                                         the user's address book and settings, for a device
//	POST /v1/enrol/commitment                                 a station is to join: for the offer (package enrol)
//	POST /v1/enrol/opening                                    what it has committed to
//	POST /v1/enrol/admission                                  its request, for what people decide; waits itself
//	GET  /v1/links/{token}                                    title and cover, for who has the token of a letter
//	GET  /v1/links/{token}/{item}/{version}?offset=           a partial version, likewise; item is a place
//	GET  /v1/originals/{author}/{id}/{item}?offset=&length=   a complete version, as a range with proof
//	GET  /v1/originals/{author}/{id}?items=                   those of many items, a transport.Bits in URL-safe base64
//
// Ids are hexadecimal. Bodies are the messages of package transport; a refusal
// is a transport.Fault, with the status that fits it best. Single versions come
// with their size in the header Glimpse-Size. News behind which versions follow, as the
// request asks, is a message and a stream; the header says how long the message is. A push has two parts: the message of a
// share, whose length in bytes the query says, and a stream as uploads have it.
// The answer to a stream may come before its end: the rest need not be sent.
//
// # Who calls
//
// At a hub, a caller shows a token in the header "Authorization: Bearer". At a
// peer, where there are no accounts, it seals its request: "Authorization:
// Glimpse" and, in URL-safe base64 (RFC 4648 §5) without padding, the CBOR array
//
//	[user, time, nonce, body, seal, key statement]
//
// with a seal of the content type application/glimpse.request over the CBOR array
//
//	[method, audience, path and query, time, nonce, body]
//
// The audience is the key of the station that is called; the time is in seconds
// since 1970; the body stands for its SHA-256. A GET has no body, and the nonce 0;
// all others have a random number of 64 bits. The key statement, sealed by an
// authority that the called station trusts, tells it the caller's key; empty if it
// knows it.
//
// So nobody on the way can put in another path or message, no station can pass a
// request on to another one, and the time may be five minutes off. Until
// then a station remembers what it has taken that changes something, and takes it
// once. It remembers 32768 requests. If more than that come in ten minutes, it forgets
// the older half of those by the user who has sent most, and takes nothing of that user
// any more that was sealed no later: the user seals such a request anew, and nobody
// can have a request of somebody else refused, or taken again. Where so many users call
// in ten minutes, those who come then are refused. All authorities count as one user.
// A message counts as taken when all of it has come.
//
// Uploads and versions that are put, which are sent as they are read, have an
// empty body in the seal. Who sees such a request, and is faster, can put in
// another stream; but a station stores only versions whose digests are sealed, at
// their offsets, and takes only the author's own seal over what it knows already:
// at worst the upload is refused, and comes again. In a push the seal has the
// SHA-256 of the share, which is checked before it is read, and whose length
// stands in the path and query: nobody changes what is offered, where its sender
// serves or whom it tells. The stream behind it is as open as an upload.
//
// A GET is good for the five minutes, as often as it comes. A station that starts
// anew has forgotten what it has taken: there, a request can do once more what it did.
// Answers are not sealed. Nothing of this hides anything: for that, and against who is on
// the way to both, serve over TLS.
//
// Who is to join is not known yet, and shows at most an invitation, as a token
// ([HandlerOptions].Enrol). The messages of package enrol stand in byte strings, but for the
// commitment, which is one.
//
// # Which station answers
//
// Stations prove who they are by TLS 1.3 with a certificate of their own key ([ServerTLS]),
// and whoever dials one requires it ([NewTransport], [Dialer]), as Syncthing and libp2p do:
// names and authorities play no part. The key stands in an endpoint (collection.Endpoint)
// that the station itself has sealed, so nobody relays, redirects or reads on the way, the
// hub included. An endpoint may list URLs for browsers: there, a certificate by a public
// authority for the host does as well. Then whoever gets such a certificate can read what
// passes, and pass it on to the station; what the requests ask for, and what bytes come, it
// can still not change.
package httplink

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// The routes whose bodies are streams, not messages, or have one behind a message.
const (
	pushRoute   = "POST /v1/push"
	uploadRoute = "POST /v1/upload/{author}/{id}"
	putRoute    = "PUT /v1/versions/{author}/{id}/{item}/{version}"
)

// The routes whose answers wait for what is still to come, and that of announcements.
const (
	feedRoute     = "POST /v1/feed"
	versionsRoute = "POST /v1/versions/{author}/{id}/{version}"
	announceRoute = "POST /v1/announce"
)

// hubRoutes are what a hub serves.
var hubRoutes = map[string]route[transport.Hub]{
	"POST /v1/share": message(transport.Hub.Share),
	pushRoute:        push[transport.Hub],
	uploadRoute:      upload[transport.Hub],
	putRoute:         putVersion,
	announceRoute:    message(transport.Hub.Announce),
	"GET /v1/versions/{author}/{id}/{item}/{version}": version[transport.Hub],
	versionsRoute:                       versions[transport.Hub],
	"GET /v1/collections/{author}/{id}": named(transport.Hub.Collection),
	"GET /v1/updates/{author}/{id}":     named(transport.Hub.Updates),
	feedRoute:                           changes[transport.Hub],
	"POST /v1/verify":                   message(transport.Hub.VerifySeal),
	"POST /v1/ids":                      message(identifiers),
	"POST /v1/keys":                     message(transport.Hub.KeyNews),
	"POST /v1/roster":                   message(roster[transport.Hub]),
}

// peerRoutes are what a peer serves.
var peerRoutes = map[string]route[transport.Home]{
	"POST /v1/share": message(transport.Home.Share),
	pushRoute:        push[transport.Home],
	uploadRoute:      upload[transport.Home],
	"GET /v1/versions/{author}/{id}/{item}/{version}": version[transport.Home],
	versionsRoute:                            versions[transport.Home],
	"GET /v1/collections/{author}/{id}":      named(transport.Home.Collection),
	"GET /v1/updates/{author}/{id}":          named(transport.Home.Updates),
	feedRoute:                                changes[transport.Home],
	"GET /v1/originals/{author}/{id}/{item}": original,
	"GET /v1/originals/{author}/{id}":        originals,
	"POST /v1/deliveries":                    deliver,
	"GET /v1/settings":                       settings,
	"POST /v1/roster":                        message(roster[transport.Home]),
}

// guestRoutes are what a hub serves to those who have nothing but a token.
var guestRoutes = map[string]route[transport.LinkAccess]{
	"GET /v1/links/{token}":                  glimpse,
	"GET /v1/links/{token}/{item}/{version}": guestVersion,
	"/v1/links/":                             func(request, transport.LinkAccess) error { return errPath },
}

// message is the route of a call that takes a message and is answered by one.
func message[S, M, A any](call func(S, context.Context, M) (A, error)) route[S] {
	return func(r request, station S) error {
		m, err := readMessage[M](r)
		if err != nil {
			return err
		}
		answer, err := call(station, r.Context(), m)
		return reply(r, answer, err)
	}
}

// named is the route of a call that asks for something of the collection in the path.
func named[S, A any](call func(S, context.Context, collection.Name) (A, error)) route[S] {
	return func(r request, station S) error {
		name, err := pathName(r.Request)
		if err != nil {
			return err
		}
		answer, err := call(station, r.Context(), name)
		return reply(r, answer, err)
	}
}

func push[S transport.ShareReceiver](r request, station S) error {
	size, err := messageSize(r.Request)
	if err != nil {
		return err
	}
	if size > r.maxMessage {
		return transport.At(transport.ErrTooLarge, "message")
	}
	share, err := decodeMessage[transport.Share](io.LimitReader(r.Body, size), size, r.admitted)
	if err != nil {
		return err
	}
	answer, err := station.Push(r.Context(), share, r.Body)
	return reply(r, answer, err)
}

// messageSize is how many bytes of a body are a message, where a stream follows.
func messageSize(r *http.Request) (int64, error) {
	size, err := query(r, "share")
	if err == nil && size[0] < 0 {
		err = transport.At(transport.ErrMalformed, "share")
	}
	if err != nil {
		return 0, err
	}
	return size[0], nil
}

func upload[S transport.ShareReceiver](r request, station S) error {
	name, err := pathName(r.Request)
	if err != nil {
		return err
	}
	answer, err := station.Upload(r.Context(), name, r.Body)
	return reply(r, answer, err)
}

func putVersion(r request, hub transport.Hub) error {
	ref, offset, err := pathVersion(r.Request)
	if err != nil {
		return err
	}
	n, err := hub.PutVersion(r.Context(), ref, offset, r.Body)
	r.w.Header().Set(sizeHeader, strconv.FormatInt(n, 10))
	return done(r, err)
}

func version[S transport.Library](r request, station S) error {
	ref, offset, err := pathVersion(r.Request)
	if err != nil {
		return err
	}
	stream, err := station.Version(r.Context(), ref, offset)
	return replyStream(r, stream, err)
}

func versions[S transport.Library](r request, station S) error {
	name, err := pathName(r.Request)
	if err != nil {
		return err
	}
	version, err := pathNumber(r.Request, "version", label.MaxVersions-1)
	if err != nil {
		return err
	}
	m, err := readMessage[transport.VersionsRequest](r)
	if err != nil {
		return err
	}
	stream, err := station.Versions(r.Context(), name, version, m.Held)
	return replyVersions(r, stream, err)
}

// changes sends news, and behind it, all that has come before it waits for more, the
// versions that were asked for.
func changes[S transport.Feed](r request, station S) error {
	m, err := readMessage[transport.ChangesRequest](r)
	if err != nil {
		return err
	}
	news, err := station.Changes(r.Context(), m)
	if err != nil || news.Versions == nil {
		return reply(r, news, err)
	}
	defer news.Versions.Close()
	data, err := transport.Encode(news)
	if err != nil {
		return err
	}
	r.w.Header().Set(sizeHeader, strconv.Itoa(len(data)))
	return replyFlushing(r, io.MultiReader(bytes.NewReader(data), news.Versions))
}

// deliver takes a notification that its sender hands over itself.
func deliver(r request, home transport.Home) error {
	m, err := readMessage[notify.Notification](r)
	if err == nil {
		err = home.Deliver(r.Context(), m)
	}
	return done(r, err)
}

func original(r request, home transport.Home) error {
	ref, err := pathRef(r.Request)
	if err != nil {
		return err
	}
	part, err := query(r.Request, "offset", "length")
	if err != nil {
		return err
	}
	stream, err := home.Original(r.Context(), ref, max(part[0], 0), part[1])
	return replyStream(r, stream, err)
}

func originals(r request, home transport.Home) error {
	name, err := pathName(r.Request)
	if err != nil {
		return err
	}
	items, err := querySet(r.Request)
	if err != nil {
		return err
	}
	stream, err := home.Originals(r.Context(), name, items)
	if err != nil {
		return err
	}
	defer stream.Close()
	return replyBytes(r, sequenceType, stream)
}

func settings(r request, home transport.Home) error {
	settings, err := home.Settings(r.Context())
	return reply(r, settings, err)
}

func identifiers(hub transport.Hub, ctx context.Context, m transport.IDRequest) (transport.Identifiers, error) {
	return hub.NewIdentifiers(ctx, m.Items)
}

func roster[S transport.RosterKeeper](station S, ctx context.Context, m transport.RosterMessage) (transport.RosterMessage, error) {
	latest, err := station.SetRoster(ctx, m.Roster)
	return transport.RosterMessage{Roster: latest}, err
}

func glimpse(r request, links transport.LinkAccess) error {
	g, err := links.Glimpse(r.Context(), r.PathValue("token"))
	return reply(r, g, err)
}

func guestVersion(r request, links transport.LinkAccess) error {
	item, err := pathNumber(r.Request, "item", math.MaxInt32)
	if err != nil {
		return err
	}
	version, err := pathNumber(r.Request, "version", label.MaxVersions-1)
	if err != nil {
		return err
	}
	offset, err := pathOffset(r.Request)
	if err != nil {
		return err
	}
	stream, err := links.GuestVersion(r.Context(), r.PathValue("token"), item, version, offset)
	return replyStream(r, stream, err)
}
