package httplink

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// faultHeader carries the fault with which a HEAD is refused, in URL-safe base64: its answer has
// no body.
const faultHeader = "Glimpse-Fault"

const defaultMaxMessage = 64 << 20

// HandlerOptions of a station that is served. The zero value works.
type HandlerOptions struct {
	// Who says who calls; nil = a hub's callers show tokens, a peer's seal their
	// requests.
	Who        Authenticator
	MaxMessage int64 // of messages that are read, in bytes; 0 = 64 MiB
	// MaxStall is for how long, in all of one request, a caller may stall: send
	// nothing of its body while the station reads that, or take nothing of its
	// answer. Each 2 KiB that pass earn back a second of it, so that on the
	// slowest link nobody need hurry, and nobody holds a connection with a byte
	// now and then. While the station works, or waits for news, it does not count.
	// It stands in the place of the http.Server's ReadTimeout and WriteTimeout, which
	// are lifted. 0 = 30 s.
	MaxStall time.Duration
	// Admission is asked before a body is read; nil = the station, if it is one, else
	// nobody is.
	Admission transport.Admission
	// Enrol returns the attempt that is open, for stations that are to join: the one of an
	// invitation, which is empty where the caller has none; nil = there is none. It is called
	// for every request of theirs, concurrently. nil = nobody joins here.
	Enrol func(invitation string) *enrol.Attempt
	// Letters returns what a hub writes to and for a member, such as the Of of a hub's Mailer;
	// nil = that is not served.
	Letters func(of collection.UserID) transport.Letters
	// Log is told of refusals and failures and, as security events, of what SECURITY.md
	// lists; nil = none.
	Log *slog.Logger
	Now func() time.Time // nil = time.Now
}

// HubHandler serves a hub. Handlers read no body before they know who calls; how
// long a caller may take over a header, the http.Server says that they are served
// with, and how long over the rest, [HandlerOptions].MaxStall. When the hub is told to
// stop, what callers have still to send, or to take, is broken off half a second later:
// after the next start they go on where that was. Guests are not authenticated: the
// token in the path is theirs. No path is logged, only its route.
func HubHandler(h transport.HubServer, o HandlerOptions) http.Handler {
	if o.Who == nil {
		o.Who = ByToken(h)
	}
	o.admitBy(h)
	s := newServer(o)
	mux := serve(s, hubRoutes, func(i transport.Identity) transport.Hub { return h.As(i.User) })
	if o.Letters != nil {
		add(s, mux, letterRoutes, func(i transport.Identity) transport.Letters { return o.Letters(i.User) })
	}
	for pattern, answer := range guestRoutes {
		mux.HandleFunc(pattern, s.guest(answer, h))
	}
	s.serveEnrolment(mux, h.Running())
	return crossOrigin(s.paced(h.Running(), mux))
}

// PeerHandler serves a peer, as HubHandler does a hub. It remembers the requests that
// it has let in, as the package comment says: a peer has one handler for as long as it
// runs.
func PeerHandler(p transport.PeerServer, o HandlerOptions) http.Handler {
	if o.Who == nil {
		o.Who = BySeal(p, p.Key(), o.Now)
	}
	o.admitBy(p)
	s := newServer(o)
	mux := serve(s, peerRoutes, p.As)
	s.serveEnrolment(mux, p.Running())
	return crossOrigin(s.paced(p.Running(), mux))
}

// route answers a request to what a station is for its caller, or returns the
// refusal.
type route[S any] func(r request, station S) error

// request is one request and where its answer goes.
type request struct {
	*http.Request
	w          http.ResponseWriter
	maxMessage int64
	admitted   int64        // bytes of a message that is announced and admitted; 0 = none, or not known
	again      func() error // nil where the caller would be let in now, too; for those who are known
}

type server struct{ HandlerOptions }

func newServer(o HandlerOptions) server {
	o.MaxMessage = cmp.Or(o.MaxMessage, defaultMaxMessage)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return server{o}
}

// serve returns the handler of a station's routes.
func serve[S any](s server, routes map[string]route[S], as func(transport.Identity) S) *http.ServeMux {
	mux := http.NewServeMux()
	add(s, mux, routes, as)
	mux.HandleFunc("/", s.known(func(request, transport.Identity) error { return transport.ErrNotFound }))
	return mux
}

// add adds routes to a handler.
func add[S any](s server, to *http.ServeMux, routes map[string]route[S], as func(transport.Identity) S) {
	for pattern, answer := range routes {
		to.HandleFunc(pattern, s.known(func(r request, who transport.Identity) error { return answer(r, as(who)) }))
	}
}

// known authenticates a request and writes the refusal, if there is one.
func (s server) known(answer func(request, transport.Identity) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := s.Who.Authenticate(r)
		if err == nil && isHeadOfStream(r) {
			err = errPath
		}
		if err == nil {
			err = s.admit(request{r, w, s.MaxMessage, 0, s.again(r)}, transport.Call{User: who.User}, func(r request) error { return answer(r, who) })
		}
		if err != nil {
			s.refuse(w, r, who.User, err)
		}
	}
}

// again returns what asks whether a caller would be let in now, too: keys and tokens may be
// revoked while an answer waits.
func (s server) again(r *http.Request) func() error {
	return func() error {
		_, err := s.Who.Authenticate(r)
		return err
	}
}

// isHeadOfStream reports whether a HEAD, which the mux takes for a GET, would have all of an
// original read for nothing, or would wait for events.
func isHeadOfStream(r *http.Request) bool {
	return r.Method == http.MethodHead && (r.Pattern == originalRoute || r.Pattern == originalsRoute || r.Pattern == eventsRoute)
}

// guest answers a request that needs no caller.
func (s server) guest(answer route[transport.LinkAccess], links transport.LinkAccess) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "private") // a token may be revoked
		err := s.admit(request{r, w, s.MaxMessage, 0, nil}, transport.Call{Link: r.PathValue("token")}, func(r request) error { return answer(r, links) })
		if err != nil {
			s.refuse(w, r, collection.UserID{}, err)
		}
	}
}

// errSent marks a failure after the answer has begun: it can only be cut off.
var errSent = errors.New("answer cut off")

// refuse writes a refusal to a user, zero if nobody is known. The route is logged and not the path, which may hold a token,
// however it is spelt.
func (s server) refuse(w http.ResponseWriter, r *http.Request, user collection.UserID, err error) {
	s.audit(r, user, err)
	s.Log.Info("refused", "method", r.Method, "route", r.Pattern, "error", err)
	if errors.Is(err, errSent) {
		panic(http.ErrAbortHandler)
	}
	f := transport.NewFault(err)
	if f.Code == 0 && r.Context().Err() == nil { // who has gone away meanwhile is no failure of the server's
		s.Log.Error("failed", "method", r.Method, "route", r.Pattern, "error", err)
	}
	name, status := refusalOf(errors.Join(f, err))
	typ, data, err := writeRefusal(r, f, name, status)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", typ)
	w.Header().Add("Vary", "Accept")
	if r.Method == http.MethodHead && typ == contentType {
		w.Header().Set(faultHeader, base64.RawURLEncoding.EncodeToString(data))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data))) // it is whole before the rest of a body is read
	w.WriteHeader(status)
	w.Write(data)
}

func readMessage[M any](r request) (M, error) {
	return decodeMessage[M](r.Body, r.maxMessage, r.admitted)
}

// decodeMessage reads a message of at most limit bytes to its end, for size of which there
// is memory.
func decodeMessage[M any](from io.Reader, limit, size int64) (M, error) {
	data, err := readAll(from, limit, size)
	if err != nil {
		var none M
		return none, brokenOff(err)
	}
	return transport.DecodeMessage[M](data)
}

// brokenOff is the error of a message that cannot be read: if not of a kind that is
// known, its sender's, who has gone or does not keep to HTTP.
func brokenOff(err error) error {
	if err == nil || errors.Is(err, transport.Err) {
		return err
	}
	return fmt.Errorf("%w: %w", transport.ErrMalformed, err)
}

func reply(r request, message any, err error) error {
	if err != nil {
		return err
	}
	data, err := transport.Encode(message)
	if err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", contentType)
	r.w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	r.w.WriteHeader(http.StatusOK)
	_, err = r.w.Write(data)
	return sent(err)
}

// done answers what is answered by nothing.
func done(r request, err error) error {
	if err == nil {
		r.w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// replyStream sends an original; a stream that breaks cuts the answer off, so
// that nobody takes the part for the whole.
func replyStream(r request, stream *transport.Stream, err error) error {
	if err != nil {
		return err
	}
	defer stream.Close()
	r.w.Header().Set(sizeHeader, strconv.FormatInt(stream.Size, 10))
	return replyBytes(r, "application/octet-stream", stream.ReadCloser)
}

// writers write an answer in pieces of this size, at least.
var writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 256<<10) }}

// replyBytes sends what a stream returns, in large pieces, as what writes itself does.
func replyBytes(r request, typ string, stream io.Reader) error {
	r.w.Header().Set("Content-Type", typ)
	if stream, ok := stream.(io.WriterTo); ok {
		_, err := stream.WriteTo(r.w)
		return sent(err)
	}
	_, err := copyPieces(r.w, stream)
	return sent(err)
}

// copyPieces copies in pieces as writers write them, and returns how many bytes it has read.
func copyPieces(to io.Writer, from io.Reader) (int64, error) {
	w := writers.Get().(*bufio.Writer)
	defer writers.Put(w)
	w.Reset(to)
	defer w.Reset(nil)
	n, err := io.Copy(w, from)
	if err == nil {
		err = w.Flush()
	}
	return n, err
}

// replyVersions sends versions, all that has come before it waits for more.
func replyVersions(r request, stream io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	defer stream.Close()
	return replyFlushing(r, stream)
}

// replyFlushing sends a sequence, all that has come before it waits for more.
func replyFlushing(r request, stream io.Reader) error {
	r.w.Header().Set("Content-Type", sequenceType)
	to := flushing{r.w, http.NewResponseController(r.w)}
	to.control.Flush() // the caller knows now that it is admitted
	_, err := io.Copy(to, stream)
	return sent(err)
}

// flushing passes on at once what is written. Where that cannot be done it is slower.
type flushing struct {
	w       io.Writer
	control *http.ResponseController
}

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	f.control.Flush()
	return n, err
}

func sent(err error) error {
	if err != nil {
		return errors.Join(errSent, err)
	}
	return nil
}
