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
	patchRoute  = "PATCH /v1/uploads/{author}/{id}/{item}/{version}"
)

// The routes whose answers cost as much to begin as to send.
const (
	originalRoute  = "GET /v1/originals/{author}/{id}/{item}"
	originalsRoute = "GET /v1/originals/{author}/{id}"
)

// The routes whose answers wait for what is still to come, and those of announcements and of
// many collections at once.
const (
	feedRoute        = "POST /v1/feed"
	eventsRoute      = "GET /v1/feed"
	versionsRoute    = "POST /v1/versions/{author}/{id}/{version}"
	announceRoute    = "POST /v1/announce"
	collectionsRoute = "POST /v1/collections"
)

// hubRoutes are what a hub serves.
var hubRoutes = map[string]route[transport.Hub]{
	"POST /v1/share": message(transport.Hub.Share),
	pushRoute:        push[transport.Hub],
	uploadRoute:      upload[transport.Hub],
	patchRoute:       patchVersion,
	"POST /v1/uploads/{author}/{id}/{item}/{version}":    beginVersion,
	"HEAD /v1/uploads/{author}/{id}/{item}/{version}":    sizeOfVersion,
	"OPTIONS /v1/uploads/{author}/{id}/{item}/{version}": resumable,
	announceRoute: message(transport.Hub.Announce),
	"GET /v1/versions/{author}/{id}/{item}/{version}": version[transport.Hub],
	versionsRoute:                       versions[transport.Hub],
	"GET /v1/collections/{author}/{id}": named(transport.Hub.Collection),
	"GET /v1/updates/{author}/{id}":     named(transport.Hub.Updates),
	collectionsRoute:                    collections[transport.Hub],
	feedRoute:                           changes[transport.Hub],
	eventsRoute:                         feedEvents[transport.Hub],
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
	versionsRoute:                       versions[transport.Home],
	"GET /v1/collections/{author}/{id}": named(transport.Home.Collection),
	"GET /v1/updates/{author}/{id}":     named(transport.Home.Updates),
	collectionsRoute:                    collections[transport.Home],
	feedRoute:                           changes[transport.Home],
	eventsRoute:                         feedEvents[transport.Home],
	originalRoute:                       original,
	originalsRoute:                      originals,
	"POST /v1/deliveries":               deliver,
	"GET /v1/settings":                  settings,
	"POST /v1/roster":                   message(roster[transport.Home]),
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
		return replyTagged(r, answer, err)
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

func version[S transport.Library](r request, station S) error {
	ref, err := pathVersion(r.Request)
	if err != nil {
		return err
	}
	return replyVersion(r, func(offset int64) (*transport.Stream, error) {
		return station.Version(r.Context(), ref, offset)
	})
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
	return replyTagged(r, settings, err)
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
	return replyTagged(r, g, err)
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
	return replyVersion(r, func(offset int64) (*transport.Stream, error) {
		return links.GuestVersion(r.Context(), r.PathValue("token"), item, version, offset)
	})
}
