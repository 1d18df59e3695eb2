package httplink

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

const (
	// admissionRoute is the route on which a station waits for what a person decides.
	admissionRoute = "POST /v1/enrol/admission"
	// maxDecision is how long a request waits there; then its caller asks again.
	maxDecision = 20 * time.Second
	// betweenAsking is the pause of a client before that.
	betweenAsking = time.Second
	// maxHead is of how many bytes the head of a byte string is, at most, around a message
	// of package enrol.
	maxHead = 5
)

// enrolRoutes are what a station serves to those who are to be one of its user's.
func enrolRoutes(running context.Context) map[string]route[*enrol.Attempt] {
	return map[string]route[*enrol.Attempt]{
		"POST /v1/enrol/commitment": message((*enrol.Attempt).Commit),
		"POST /v1/enrol/opening":    reveal,
		admissionRoute: message(func(a *enrol.Attempt, ctx context.Context, request []byte) ([]byte, error) {
			return decision(ctx, running, a, request)
		}),
	}
}

func reveal(r request, a *enrol.Attempt) error {
	opening, err := readMessage[[]byte](r)
	if err != nil {
		return err
	}
	return done(r, a.Reveal(r.Context(), opening))
}

// decision waits for an admission, as long as the station runs.
func decision(ctx, running context.Context, a *enrol.Attempt, request []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, maxDecision)
	defer cancel()
	defer context.AfterFunc(running, cancel)()
	admission, err := a.Admission(ctx, request)
	switch {
	case running.Err() != nil && ctx.Err() != nil:
		err = transport.ErrClosed
	case errors.Is(err, context.DeadlineExceeded):
		err = transport.ErrPending
	}
	return admission, err
}

// serveEnrolment adds the routes of enrolment, if it is served. Without an open attempt no
// body is read, and all callers are refused alike.
func (s server) serveEnrolment(mux *http.ServeMux, running context.Context) {
	if s.Enrol == nil {
		return
	}
	s.MaxMessage = min(s.MaxMessage, enrol.MaxRequest+maxHead)
	for pattern, answer := range enrolRoutes(running) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			invitation := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			err := enrol.ErrSpent
			if a := s.Enrol(invitation); a != nil {
				call := transport.Call{Link: "enrol " + invitation} // one limit for all who come without
				err = s.admit(request{r, w, s.MaxMessage, 0, nil}, call, func(r request) error { return answer(r, a) })
			}
			if err != nil {
				s.refuse(w, r, collection.UserID{}, err)
			}
		})
	}
}

// EnrolClient reaches the open attempt of a station over HTTP, for a station that joins:
// enrol.Join takes it. It is safe for concurrent use.
type EnrolClient struct{ client *Client }

var _ enrol.Admitter = (*EnrolClient)(nil)

// NewEnrolClient makes a client of the station at base, as NewClient does. The invitation is
// what names the attempt, at a hub where many may be open; empty = none is needed. With an
// invitation, which is a secret, a URL of https needs a certificate by a public authority.
// Without, o.HTTP aside, any certificate is taken: nobody knows the station's key yet, and
// the codes that people compare tell whether somebody else has answered. Errors wrap
// enrol.ErrSpent or enrol.ErrRefused, or are those of Client.
func NewEnrolClient(base, invitation string, o Options) *EnrolClient {
	o.MaxMessage = cmp.Or(o.MaxMessage, enrol.MaxAdmission+maxHead)
	if invitation != "" {
		return &EnrolClient{NewClient(base, Bearer(invitation), o)}
	}
	if o.HTTP == nil && o.Key.IsZero() {
		base := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute}
		base.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true} // see above
		o.HTTP = &http.Client{Transport: base}
	}
	return &EnrolClient{NewClient(base, nil, o)}
}

// Commit implements enrol.Admitter.
func (c *EnrolClient) Commit(ctx context.Context, commitment enrol.Commitment) ([]byte, error) {
	offer, err := call[[]byte](ctx, c.client, "/v1/enrol/commitment", commitment)
	return offer, enrolError(err)
}

// Reveal implements enrol.Admitter.
func (c *EnrolClient) Reveal(ctx context.Context, opening []byte) error {
	return enrolError(c.client.post(ctx, "/v1/enrol/opening", opening))
}

// Admission implements enrol.Admitter. It asks again for as long as nobody has decided.
func (c *EnrolClient) Admission(ctx context.Context, request []byte) ([]byte, error) {
	for {
		admission, err := call[[]byte](ctx, c.client, "/v1/enrol/admission", request)
		if !errors.Is(err, transport.ErrPending) {
			return admission, enrolError(err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(betweenAsking):
		}
	}
}

// enrolError returns an error as the attempt itself has it.
func enrolError(err error) error {
	switch {
	case errors.Is(err, transport.ErrNotFound):
		return enrol.ErrSpent
	case errors.Is(err, transport.ErrForbidden):
		return enrol.ErrRefused
	}
	return err
}
