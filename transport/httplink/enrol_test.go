package httplink_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// admitting is a home that has the user key, and may have an attempt open.
type admitting struct {
	t       *testing.T
	key     stationKey
	user    collection.UserID
	peer    *peer.Peer
	attempt *enrol.Attempt
	log     *slog.Logger // nil = none
}

func newAdmitting(t *testing.T) *admitting {
	a := &admitting{t: t, key: newStationKey(t)}
	a.user = collection.UserOf(a.key.signer.ID())
	var err error
	a.peer, err = peer.New(t.Context(), a.user, a.key.signer, peer.Config{})
	labtest.Must(t, err)
	return a
}

func (a *admitting) handler() http.Handler {
	return httplink.PeerHandler(a.peer, httplink.HandlerOptions{Enrol: func(string) *enrol.Attempt { return a.attempt }, Log: a.log})
}

// open opens an attempt, in whose offer are endpoints.
func (a *admitting) open(endpoints ...collection.Endpoint) {
	var err error
	a.attempt, err = enrol.NewAttempt(a.t.Context(), enrol.Offer{User: a.user, Key: a.key.signer.Public(), Endpoints: endpoints}, rand.Reader)
	labtest.Must(a.t, err)
}

// admit says yes to who asks.
func (a *admitting) admit() error {
	r, err := a.attempt.Confirm(a.t.Context())
	if err != nil {
		return err
	}
	roster, err := r.AddTo(a.t.Context(), signature.Roster{}, a.key.signer)
	if err != nil {
		return err
	}
	statement, err := roster.MarshalBinary()
	if err != nil {
		return err
	}
	if err := a.peer.Learn(a.t.Context(), [][]byte{statement}); err != nil {
		return err
	}
	return a.attempt.Admit(statement)
}

// admitSoon says yes to who asks, beside the test.
func (a *admitting) admitSoon() {
	go func() {
		if err := a.admit(); err != nil {
			a.t.Error(err)
		}
	}()
}

// join has a camera join at a URL.
func (a *admitting) join(url string) (*enrol.Joiner, *signature.Signer) {
	camera := newStationKey(a.t).signer
	j, err := enrol.Join(a.t.Context(), httplink.NewEnrolClient(url, "", httplink.Options{}), camera, signature.StationDevice, "camera", rand.Reader)
	labtest.Must(a.t, err)
	return j, camera
}

// A camera joins a home whose key it does not know yet, and then reaches it by that key
// alone, as its user's.
func TestEnrolment(t *testing.T) {
	for _, secure := range []bool{true, false} {
		home := newAdmitting(t)
		server := httptest.NewUnstartedServer(home.handler())
		start := server.Start
		if secure {
			var err error
			server.TLS, err = httplink.ServerTLS(home.key.private)
			labtest.Must(t, err)
			start = server.StartTLS
		}
		start()
		t.Cleanup(server.Close)
		e, err := collection.DecodeEndpoint(home.key.endpoint(t, home.user, server.URL))
		labtest.Must(t, err)
		home.open(e)
		j, camera := home.join(server.URL)
		_, code, err := home.attempt.Wait(t.Context())
		if labtest.Must(t, err); code != j.Code() {
			t.Errorf("codes %s and %s", code, j.Code())
		}
		home.admitSoon()
		got, err := j.Confirm(t.Context())
		labtest.Must(t, err)
		data, err := got.Endpoints[0].MarshalBinary()
		labtest.Must(t, err)
		dial := httplink.Dialer(httplink.Caller{User: got.User, Signer: camera}, httplink.Options{HTTP: &http.Client{Transport: httplink.NewTransport(nil)}})
		to := dial(transport.Source{User: got.User, URL: server.URL, Endpoint: data})
		if _, err := to.Settings(t.Context()); err != nil {
			t.Errorf("the camera asks: %v", err)
		}
	}
}

// endpoint is the encoded endpoint of a user's station that serves at a URL.
func (k stationKey) endpoint(t *testing.T, user collection.UserID, url string) []byte {
	e, err := collection.Endpoint{User: user, Key: k.signer.ID(), Number: 1, URLs: []string{url}}.Sign(t.Context(), k.signer)
	labtest.Must(t, err)
	data, err := e.MarshalBinary()
	labtest.Must(t, err)
	return data
}

// A person who says no is heard.
func TestEnrolmentRefused(t *testing.T) {
	home, log := newAdmitting(t), new(bytes.Buffer)
	home.log = slog.New(slog.NewTextHandler(log, nil))
	server := httptest.NewServer(home.handler())
	t.Cleanup(server.Close)
	home.open()
	j, _ := home.join(server.URL)
	home.attempt.Refuse()
	if _, err := j.Confirm(t.Context()); !errors.Is(err, enrol.ErrRefused) {
		t.Errorf("refused: %v", err)
	}
	if !strings.Contains(log.String(), `event="enrolment refused" route="POST /v1/enrol/admission"`) {
		t.Error(log)
	}
}

// Nobody can tell an attempt that is somebody else's from none, and without one no body is
// read.
func TestEnrolmentsLookAlike(t *testing.T) {
	home := newAdmitting(t)
	ask := func(path string, body io.Reader) string {
		w := httptest.NewRecorder()
		home.handler().ServeHTTP(w, httptest.NewRequest("POST", path, body))
		return w.Result().Status + w.Body.String()
	}
	other, bodies := newAdmitting(t), map[string][]byte{}
	other.open()
	kept := &keeping{Attempt: other.attempt, bodies: bodies}
	j, err := enrol.Join(t.Context(), kept, home.key.signer, signature.StationPeer, "x", rand.Reader)
	labtest.Must(t, err)
	other.admitSoon()
	_, err = j.Confirm(t.Context())
	labtest.Must(t, err)
	none := map[string]string{}
	for path := range bodies {
		none[path] = ask(path, unread{t})
		if !strings.HasPrefix(none[path], "404") {
			t.Errorf("%s: %s", path, none[path])
		}
	}
	home.open()
	_, err = home.attempt.Commit(t.Context(), enrol.Commitment{2})
	labtest.Must(t, err)
	for path, body := range bodies {
		if got := ask(path, bytes.NewReader(body)); got != none[path] {
			t.Errorf("%s: %s, and without an attempt %s", path, got, none[path])
		}
	}
	long, err := transport.Encode(make([]byte, enrol.MaxRequest+1))
	labtest.Must(t, err)
	for path := range bodies {
		if got := ask(path, bytes.NewReader(append(long, 0, 0))); !strings.HasPrefix(got, "413") {
			t.Errorf("%s: a long body: %s", path, got)
		}
	}
}

// keeping keeps the bodies of what a station says.
type keeping struct {
	*enrol.Attempt
	bodies map[string][]byte
	leaves bool // and waits for nobody
}

func (k *keeping) Commit(ctx context.Context, c enrol.Commitment) ([]byte, error) {
	k.bodies["/v1/enrol/commitment"], _ = transport.Encode(c)
	return k.Attempt.Commit(ctx, c)
}

func (k *keeping) Reveal(ctx context.Context, opening []byte) error {
	k.bodies["/v1/enrol/opening"], _ = transport.Encode(opening)
	return k.Attempt.Reveal(ctx, opening)
}

func (k *keeping) Admission(ctx context.Context, request []byte) ([]byte, error) {
	k.bodies["/v1/enrol/admission"], _ = transport.Encode(request)
	if k.leaves {
		return nil, transport.ErrPending
	}
	return k.Attempt.Admission(ctx, request)
}

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("a body was read")
	return 0, io.EOF
}

// A request waits for people no longer than it should, and the client asks again; the number
// of those who wait is bounded, and a station that stops ends them.
func TestEnrolmentWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		home := newAdmitting(t)
		h := home.handler()
		inProcess := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w.Result(), nil
		})}
		home.open()
		c := httplink.NewEnrolClient("http://home", "", httplink.Options{HTTP: inProcess})
		j, err := enrol.Join(t.Context(), c, newStationKey(t).signer, signature.StationDevice, "camera", rand.Reader)
		labtest.Must(t, err)
		time.AfterFunc(time.Minute, home.admitSoon)
		began := time.Now()
		if _, err := j.Confirm(t.Context()); err != nil || time.Since(began) < time.Minute {
			t.Errorf("after %v: %v", time.Since(began), err)
		}

		home.open()
		kept := &keeping{Attempt: home.attempt, bodies: map[string][]byte{}, leaves: true}
		j, err = enrol.Join(t.Context(), kept, newStationKey(t).signer, signature.StationDevice, "camera", rand.Reader)
		labtest.Must(t, err)
		if _, err := j.Confirm(t.Context()); !errors.Is(err, transport.ErrPending) {
			t.Errorf("not waiting: %v", err)
		}
		request, err := transport.Decode[[]byte](kept.bodies["/v1/enrol/admission"])
		labtest.Must(t, err)
		ends := make(chan error, 100)
		for range 100 {
			go func() {
				_, err := c.Admission(t.Context(), request)
				ends <- err
			}()
		}
		synctest.Wait()
		over := len(ends)
		for range over {
			if err := <-ends; !errors.Is(err, transport.ErrQuota) {
				t.Errorf("too many wait: %v", err)
			}
		}
		if over != 100-32 {
			t.Errorf("%d do not wait", over)
		}
		labtest.Must(t, home.peer.Close(context.Background()))
		for range 32 {
			if err := <-ends; !errors.Is(err, transport.ErrStopped) {
				t.Errorf("waiting when the station stops: %v", err)
			}
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// An invitation is a secret: it names the attempt, and goes to nobody who shows no public
// certificate.
func TestInvitation(t *testing.T) {
	home := newAdmitting(t)
	home.open()
	var seen []string
	h := httplink.PeerHandler(home.peer, httplink.HandlerOptions{Enrol: func(invitation string) *enrol.Attempt {
		if seen = append(seen, invitation); invitation == "secret" {
			return home.attempt
		}
		return nil
	}})
	plain, secure := httptest.NewServer(h), httptest.NewTLSServer(h)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	ask := func(url, invitation string) error {
		_, err := httplink.NewEnrolClient(url, invitation, httplink.Options{}).Commit(t.Context(), enrol.Commitment{1})
		return err
	}
	if err := ask(secure.URL, "secret"); !errors.Is(err, transport.ErrPeerKey) || len(seen) > 0 {
		t.Errorf("without a public certificate: %v, %q", err, seen)
	}
	for _, other := range []string{"", "another"} {
		if err := ask(plain.URL, other); !errors.Is(err, enrol.ErrSpent) {
			t.Errorf("with the invitation %q: %v", other, err)
		}
	}
	labtest.Must(t, ask(plain.URL, "secret"))
}
