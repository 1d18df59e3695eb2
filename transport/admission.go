package transport

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
)

// Action is what somebody asks of a station, as far as it matters for what that costs.
type Action uint8

// The actions.
const (
	Read     Action = iota // something that is there: collections, versions, originals
	Send                   // a message that the station acts on: a share, a notification
	Bring                  // a stream of versions
	Announce               // that complete versions are served
	Wait                   // for what is still to come: notifications, versions
)

// Call is a request as [Admission] sees it, before its body.
type Call struct {
	User   collection.UserID // zero for a guest
	Link   string            // the token of a guest
	Action Action
	// Message is of how many bytes the message is that will be in memory: as its caller
	// has announced, or else the most that is read; 0 = there is none.
	Message int64
	// Stream is how many bytes of versions its caller has announced; 0 = none, or not
	// said.
	Stream int64
}

// Admission decides whether a caller, who is authenticated, may do something now. A link
// asks before it reads a body, and whoever calls a station in process for others asks
// likewise.
type Admission interface {
	// Admit takes a call in, and returns what is to be called, once, when its answer has
	// gone out. Nothing is to be called after an error, which is a *QuotaError, or one
	// of a store. It does not wait. It may be called concurrently.
	Admit(ctx context.Context, call Call) (leave func(), err error)
}
