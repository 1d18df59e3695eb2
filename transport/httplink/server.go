package httplink

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/glimpse-go/glimpse/transport"
)

const defaultMaxMessage = 64 << 20

// Server serves one station over HTTP. The functions return the station as it is
// for one caller; parts that are nil are not served. Who is required.
type Server struct {
	Who           Authenticator
	Hub           func(Identity) transport.Hub
	ShareReceiver func(Identity) transport.ShareReceiver // this and the next two: part of Hub, where that is given
	Library       func(Identity) transport.Library
	Inbox         func(Identity) transport.Inbox
	Originals     func(Identity) transport.Originals
	Recipient     func(Identity) transport.Recipient
	// RemoteVerifier, IDAllocator and SettingsSource are parts that a station may have besides.
	RemoteVerifier func(Identity) transport.RemoteVerifier
	IDAllocator    func(Identity) transport.IDAllocator
	SettingsSource func(Identity) transport.SettingsSource
	// LinkAccess serves callers who are not authenticated, by the token in the path,
	// which is not logged.
	LinkAccess transport.LinkAccess

	MaxMessage int64        // of messages that are read, in bytes; 0 = 64 MiB
	Log        *slog.Logger // refusals and failures; nil = none
}

// Handler returns the handler of the routes. It reads no body before it knows who
// calls; how long a caller may take over a header or a body, the http.Server says
// that it is served with.
func (s Server) Handler() http.Handler {
	if s.MaxMessage == 0 {
		s.MaxMessage = defaultMaxMessage
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	for pattern, h := range s.routes() {
		mux.HandleFunc(pattern, s.as(h))
	}
	if s.LinkAccess != nil {
		mux.HandleFunc("GET /v1/links/{token}", s.open(s.glimpse))
		mux.HandleFunc("GET /v1/links/{token}/{item}/{version}", s.open(s.guestVersion))
		mux.HandleFunc("/v1/links/", s.open(func(http.ResponseWriter, *http.Request) error { return errPath }))
	}
	mux.HandleFunc("/", s.as(func(http.ResponseWriter, *http.Request, Identity) error {
		return transport.ErrNotFound
	}))
	return mux
}

// The routes whose bodies are streams, not messages.
const (
	uploadRoute = "POST /v1/upload/{author}/{id}"
	putRoute    = "PUT /v1/versions/{author}/{id}/{item}/{version}"
)

// routes returns the routes of the parts that are served.
func (s *Server) routes() map[string]route {
	all := map[string]route{}
	if hub := s.Hub; hub != nil {
		s.ShareReceiver = func(i Identity) transport.ShareReceiver { return hub(i) }
		s.Library = func(i Identity) transport.Library { return hub(i) }
		s.Inbox = func(i Identity) transport.Inbox { return hub(i) }
		all[putRoute] = s.putVersion
		all["POST /v1/announce"] = s.announce
	}
	if s.ShareReceiver != nil {
		all["POST /v1/share"] = s.share
		all[uploadRoute] = s.upload
	}
	if s.Library != nil {
		all["GET /v1/versions/{author}/{id}/{item}/{version}"] = s.version
		all["GET /v1/collections/{author}/{id}"] = s.collection
		all["GET /v1/updates/{author}/{id}"] = s.updates
	}
	if s.Inbox != nil {
		all["GET /v1/notifications"] = s.notifications
		all["POST /v1/notifications"] = s.acknowledge
	}
	if s.Originals != nil {
		all["GET /v1/originals/{author}/{id}/{item}"] = s.original
	}
	if s.Recipient != nil {
		all["POST /v1/deliveries"] = s.deliver
	}
	if s.RemoteVerifier != nil {
		all["POST /v1/verify"] = s.verifySeal
	}
	if s.IDAllocator != nil {
		all["POST /v1/ids"] = s.identifiers
	}
	if s.SettingsSource != nil {
		all["GET /v1/settings"] = s.settings
	}
	return all
}

// route answers a request of a known caller, or returns the refusal.
type route func(http.ResponseWriter, *http.Request, Identity) error

// as authenticates a request and writes the refusal, if there is one. A HEAD, which
// the mux takes for a GET, would have all of an original read for nothing.
func (s Server) as(h route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := s.Who.Authenticate(r)
		if err == nil && r.Method == http.MethodHead {
			err = errPath
		}
		if err == nil {
			err = h(w, r, who)
		}
		if err != nil {
			s.refuse(w, r, r.URL.Path, err)
		}
	}
}

// errSent marks a failure after the answer has begun: it can only be cut off.
var errSent = errors.New("answer cut off")

func (s Server) refuse(w http.ResponseWriter, r *http.Request, path string, err error) {
	s.Log.Info("refused", "method", r.Method, "path", path, "error", err)
	if errors.Is(err, errSent) {
		panic(http.ErrAbortHandler)
	}
	f := transport.NewFault(err)
	if f.Code == 0 {
		s.Log.Error("failed", "method", r.Method, "path", path, "error", err)
	}
	data, err := transport.Encode(f)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status(f))
	w.Write(data)
}

// status is the HTTP status that fits a fault best; the fault says more.
func status(f *transport.Fault) int {
	for _, known := range []struct {
		err    error
		status int
	}{
		{transport.ErrNotFound, http.StatusNotFound},
		{transport.ErrUnauthenticated, http.StatusUnauthorized},
		{transport.ErrForbidden, http.StatusForbidden},
		{transport.ErrMalformed, http.StatusBadRequest},
		{transport.ErrTooLarge, http.StatusRequestEntityTooLarge},
		{transport.ErrDigest, http.StatusUnprocessableEntity},
		{transport.ErrSeal, http.StatusUnprocessableEntity},
		{transport.ErrDiffers, http.StatusConflict},
		{transport.ErrOffset, http.StatusConflict},
		{transport.ErrNotAsked, http.StatusConflict},
		{transport.ErrConflict, http.StatusConflict},
		{transport.ErrUnreachable, http.StatusBadGateway},
		{transport.ErrWithdrawn, http.StatusGone},
		{transport.ErrStorage, http.StatusInsufficientStorage},
		{transport.ErrClosed, http.StatusServiceUnavailable},
	} {
		if errors.Is(f, known.err) {
			return known.status
		}
	}
	return http.StatusInternalServerError
}

func readMessage[M any](s Server, r *http.Request) (M, error) {
	data, err := readAll(r.Body, s.MaxMessage)
	if err != nil {
		var none M
		return none, brokenOff(err)
	}
	return transport.Decode[M](data)
}

// brokenOff is the error of a message that cannot be read: if not of a kind that is
// known, its sender's, who has gone or does not keep to HTTP.
func brokenOff(err error) error {
	if err == nil || errors.Is(err, transport.Err) {
		return err
	}
	return fmt.Errorf("%w: %w", transport.ErrMalformed, err)
}

func reply(w http.ResponseWriter, message any, err error) error {
	if err != nil {
		return err
	}
	data, err := transport.Encode(message)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, err = w.Write(data)
	return sent(err)
}

// replyStream sends a version; a stream that breaks cuts the answer off, so
// that nobody takes the part for the whole.
func replyStream(w http.ResponseWriter, stream *transport.Stream, err error) error {
	if err != nil {
		return err
	}
	defer stream.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set(sizeHeader, strconv.FormatInt(stream.Size, 10))
	_, err = io.Copy(w, stream)
	return sent(err)
}

func sent(err error) error {
	if err != nil {
		return errors.Join(errSent, err)
	}
	return nil
}
