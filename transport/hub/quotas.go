package hub

import (
	"cmp"
	"context"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Quotas bound what one user can have a hub keep, send, open or wait for. What is over one
// is refused with a *transport.QuotaError, before its bytes come. 0 is the default, and a
// negative number no bound.
type Quotas struct {
	// Collections of which the user is the author; 0 = 100,000.
	Collections int64 `cbor:"1,keyasint,omitempty"`
	// States is how many bytes these are, with all that is said in them; 0 = 1 GiB.
	States int64 `cbor:"2,keyasint,omitempty"`
	// Versions is how many bytes of partial versions are kept for the user's collections
	// until they expire; 0 = 16 GiB.
	Versions int64 `cbor:"3,keyasint,omitempty"`
	// Parts is how many bytes of those are kept that have not come whole, where one that is
	// coming counts as whole; 0 = 1 GiB.
	Parts int64 `cbor:"4,keyasint,omitempty"`

	// Calls is how many requests of the user are under way at once, in one process; 0 = 128.
	Calls int64 `cbor:"5,keyasint,omitempty"`
	// Waits is how many of them wait for news, or for versions; 0 = 32.
	Waits int64 `cbor:"6,keyasint,omitempty"`
	// Messages is how many bytes of messages are in memory for them, which none of them is
	// longer than; 0 = 32 MiB, some 200,000 items. What acts on one takes a few times that.
	Messages int64 `cbor:"7,keyasint,omitempty"`

	// Sources is at how many URLs the user serves one collection; 0 = 32.
	Sources int64 `cbor:"8,keyasint,omitempty"`
	// URL is how many bytes a source's URL has; 0 = 1024.
	URL int64 `cbor:"9,keyasint,omitempty"`
	// FailedAnnouncements is how often in a day a source may be found not to serve what the
	// user has announced; 0 = 20. Then nothing is announced until the day is over.
	FailedAnnouncements int64 `cbor:"10,keyasint,omitempty"`

	// Addresses is how many mail addresses the user may name in a day, in all collections
	// together; 0 = 500.
	Addresses int64 `cbor:"11,keyasint,omitempty"`
	// SameAddress is in how many collections in a day the user may name one; 0 = 20.
	SameAddress int64 `cbor:"12,keyasint,omitempty"`
	// Letters is how many letters are written for the user in a day; 0 = 1,000. Those that
	// are over it are not lost, but wait until the day is over.
	Letters int64 `cbor:"13,keyasint,omitempty"`
	// Temporary is how many temporary accounts are made for the user; 0 = 2,000.
	Temporary int64 `cbor:"14,keyasint,omitempty"`
}

// pairs are the fields, each beside that of others.
func (q *Quotas) pairs(o *Quotas) [][2]*int64 {
	return [][2]*int64{
		{&q.Collections, &o.Collections}, {&q.States, &o.States}, {&q.Versions, &o.Versions}, {&q.Parts, &o.Parts},
		{&q.Calls, &o.Calls}, {&q.Waits, &o.Waits}, {&q.Messages, &o.Messages},
		{&q.Sources, &o.Sources}, {&q.URL, &o.URL}, {&q.FailedAnnouncements, &o.FailedAnnouncements},
		{&q.Addresses, &o.Addresses}, {&q.SameAddress, &o.SameAddress}, {&q.Letters, &o.Letters}, {&q.Temporary, &o.Temporary},
	}
}

// or returns q with what it leaves open taken from others.
func (q Quotas) or(others Quotas) Quotas {
	for _, p := range q.pairs(&others) {
		*p[0] = cmp.Or(*p[0], *p[1])
	}
	return q
}

// defaultQuotas are those of a zero Config.
var defaultQuotas = Quotas{
	Collections: 100_000, States: 1 << 30, Versions: 16 << 30, Parts: 1 << 30,
	Calls: station.DefaultCalls, Waits: station.DefaultWaits, Messages: station.DefaultMessages,
	Sources: 32, URL: 1024, FailedAnnouncements: 20,
	Addresses: 500, SameAddress: 20, Letters: 1000, Temporary: 2000,
}

// Unlimited are quotas that bound nothing.
func Unlimited() (q Quotas) {
	for _, p := range q.pairs(&Quotas{}) {
		*p[0] = -1
	}
	return q
}

// quotas says what each user may use, and counts what is used in time.
type quotas struct {
	store transport.Store
	all   Quotas // of those of whom nothing else is said
	now   func() time.Time
	calls station.Calls
	// memory is as Config.Memory.
	memory int64
}

// of returns the quotas of a user.
func (q *quotas) of(ctx context.Context, from record.Getter, user collection.UserID) (Quotas, error) {
	own, _, err := record.Load[Quotas](ctx, from, records.Quotas.Key(user))
	return own.or(q.all), err
}

// left returns what an author may still have the hub keep, in one look.
func (q *quotas) left(ctx context.Context, user collection.UserID) (station.Left, error) {
	usage, own, err := q.usage(ctx, user)
	limits := station.Usage{Collections: own.Collections, States: own.States, Versions: own.Versions, Parts: own.Parts}
	return station.Left{Limits: limits, Used: usage}, err
}

func (q *quotas) usage(ctx context.Context, user collection.UserID) (station.Usage, Quotas, error) {
	key := records.Quotas.Key(user)
	found, err := q.store.Get(ctx, append(station.UsageKeys(user), key)...)
	if err != nil {
		return station.Usage{}, Quotas{}, err
	}
	last := len(found) - 1
	var own Quotas
	if found[last].Version > 0 {
		own, err = record.Value[Quotas](found[last])
	}
	return station.UsageIn(found[:last]), own.or(q.all), err
}

// Admit implements transport.Admission: a call is taken in if its user's quotas allow it.
// Those who are guests are one user for each token.
func (h *Hub) Admit(ctx context.Context, call transport.Call) (leave func(), err error) {
	q := h.quotas
	own, err := q.of(ctx, q.store, call.User)
	if err != nil {
		return nil, err
	}
	if call.Action == transport.Bring {
		left, err := q.left(ctx, call.User)
		if err == nil {
			err = left.Takes(station.Usage{Versions: max(call.Stream, 1)})
		}
		if err != nil {
			return nil, err
		}
	}
	return q.calls.Admit(ctx, call, station.CallLimits{Calls: own.Calls, Waits: own.Waits, Messages: own.Messages, Memory: q.memory})
}
