package httplink

import (
	"errors"
	"net/http"
	"os"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
)

// errRevoked is the refusal of a request that a revoked key has sealed.
var errRevoked = errors.Join(transport.ErrUnauthenticated, collection.ErrRevoked)

// events are those of refusals. The first that fits counts.
var events = []struct {
	err   error
	event audit.Event
}{
	{collection.ErrRevoked, audit.KeyRevoked},
	{errReplayed, audit.Replayed},
	{transport.ErrUnauthenticated, audit.Unauthenticated},
	{transport.ErrSeal, audit.SealRefused},
	{enrol.ErrSpent, audit.EnrolRefused},
	{enrol.ErrRefused, audit.EnrolRefused},
	{transport.ErrForbidden, audit.Forbidden},
	{transport.ErrQuota, audit.Quota},
	{os.ErrDeadlineExceeded, audit.Stalled},
}

// audit logs a refusal if it is an event. The user is zero where nobody is known.
func (s server) audit(r *http.Request, user collection.UserID, err error) {
	err = transport.Wrap(err)
	for _, e := range events {
		if errors.Is(err, e.err) {
			attributes := []any{"route", r.Pattern}
			if !user.IsZero() {
				attributes = append(attributes, "user", user)
			}
			audit.Log(s.Log, e.event, attributes...)
			return
		}
	}
}
