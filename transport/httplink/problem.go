package httplink

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/glimpse-go/glimpse/transport"
)

const problemType = "application/problem+json"

// refusal is how an error is told.
type refusal struct {
	err    error
	name   string
	status int
}

// refusals are the errors of package transport with their names, and the status that fits each
// best; the fault, or the problem, says more.
var refusals = []refusal{
	{transport.ErrNotFound, "ErrNotFound", http.StatusNotFound},
	{transport.ErrUnauthenticated, "ErrUnauthenticated", http.StatusUnauthorized},
	{transport.ErrForbidden, "ErrForbidden", http.StatusForbidden},
	{transport.ErrMalformed, "ErrMalformed", http.StatusBadRequest},
	{transport.ErrTooLarge, "ErrTooLarge", http.StatusRequestEntityTooLarge},
	{transport.ErrDigest, "ErrDigest", http.StatusUnprocessableEntity},
	{transport.ErrSeal, "ErrSeal", http.StatusUnprocessableEntity},
	{transport.ErrDiffers, "ErrDiffers", http.StatusConflict},
	{transport.ErrOffset, "ErrOffset", http.StatusConflict},
	{transport.ErrNotAsked, "ErrNotAsked", http.StatusConflict},
	{transport.ErrConflict, "ErrConflict", http.StatusConflict},
	{transport.ErrUnreachable, "ErrUnreachable", http.StatusBadGateway},
	{transport.ErrPeerKey, "ErrPeerKey", http.StatusBadGateway},
	{transport.ErrWithdrawn, "ErrWithdrawn", http.StatusGone},
	{transport.ErrEnded, "ErrEnded", http.StatusGone},
	{transport.ErrPending, "ErrPending", http.StatusTooEarly},
	{transport.ErrQuota, "ErrQuota", http.StatusTooManyRequests},
	{transport.ErrStorage, "ErrStorage", http.StatusInsufficientStorage},
	{transport.ErrClosed, "ErrClosed", http.StatusServiceUnavailable},
	{transport.ErrStale, "ErrStale", http.StatusServiceUnavailable},
}

// ownRefusals are those of this package for which there is a better status.
var ownRefusals = []refusal{
	{errEvents, "ErrMalformed", http.StatusNotAcceptable},
	{errRange, "ErrOffset", http.StatusRequestedRangeNotSatisfiable},
	{errTus, "ErrMalformed", http.StatusPreconditionFailed},
	{errPatchType, "ErrMalformed", http.StatusUnsupportedMediaType},
}

// refusalOf returns name and status of an error; those of a failure if it is of no known kind.
func refusalOf(err error) (name string, status int) {
	for _, known := range slices.Concat(ownRefusals, refusals) {
		if errors.Is(err, known.err) {
			return known.name, known.status
		}
	}
	return "Err", http.StatusInternalServerError
}

// problem tells of a refusal in the form of RFC 9457, for programs that are no stations. It has
// what a transport.Fault has.
type problem struct {
	Type    string   `json:"type"` // where the error is explained
	Title   string   `json:"title"`
	Status  int      `json:"status"`
	Detail  string   `json:"detail,omitempty"` // what it is about
	Name    string   `json:"name"`             // of the error in package transport
	Code    uint     `json:"code"`             // of the fault
	Differs []string `json:"differs,omitempty"`
	Limit   int64    `json:"limit,omitempty"`
	Used    int64    `json:"used,omitempty"`
}

// errorsAt is where the errors of package transport are explained.
const errorsAt = "https://pkg.go.dev/github.com/glimpse-go/glimpse/transport#"

// writeRefusal returns a fault in the form that the caller takes, and its type.
func writeRefusal(r *http.Request, f *transport.Fault, name string, status int) (typ string, data []byte, err error) {
	if !wantsProblem(r) {
		data, err = transport.Encode(f)
		return contentType, data, err
	}
	kind := &transport.Fault{Code: f.Code, Limit: f.Limit, Used: f.Used}
	data, err = json.MarshalIndent(problem{
		Type: errorsAt + name, Title: kind.Error(), Status: status, Detail: f.About, Name: name, Code: f.Code,
		Differs: f.Differs, Limit: f.Limit, Used: f.Used,
	}, "", "  ")
	return problemType, append(data, '\n'), err
}
