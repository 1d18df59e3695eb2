package station

import (
	"context"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// CallLimits bound what is under way at once in one process, negative = without bound.
type CallLimits struct {
	Calls    int64 // of one user, or one guest's link
	Waits    int64 // those of them that wait for what is still to come
	Messages int64 // bytes of messages that are in memory for one user
	Memory   int64 // bytes of those for all users together that are not short
}

// The defaults of a station.
const (
	DefaultCalls    = 128
	DefaultWaits    = 32
	DefaultMessages = 32 << 20
	DefaultMemory   = 64 << 20
)

// short is of how many bytes a message is, at most, that is not counted in Memory: what
// others send does not keep it out.
const short = 64 << 10

// Calls counts what is under way, and admits no more than is allowed. The zero Calls count
// nothing yet.
type Calls struct {
	mu     sync.Mutex
	of     map[caller]underWay
	memory int64
}

// caller is a user, or a guest.
type caller struct {
	user collection.UserID
	link string
}

type underWay struct{ calls, waits, messages int64 }

// Admit takes a call in, within limits, as transport.Admission says.
func (c *Calls) Admit(_ context.Context, call transport.Call, limits CallLimits) (leave func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	who := caller{call.User, call.Link}
	more := underWay{calls: 1, messages: call.Message}
	if call.Action == transport.Wait {
		more.waits = 1
	}
	memory := call.Message
	if memory <= short {
		memory = 0
	}
	now := c.of[who]
	for _, err := range []error{
		Within("requests at once", now.calls, more.calls, limits.Calls),
		Within("requests that wait at once", now.waits, more.waits, limits.Waits),
		Within("bytes of messages at once", now.messages, more.messages, limits.Messages),
		Within("bytes of all users' messages at once", c.memory, memory, limits.Memory),
	} {
		if err != nil {
			return nil, err
		}
	}
	c.add(who, more, memory)
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.add(who, underWay{-more.calls, -more.waits, -more.messages}, -memory)
	}), nil
}

// add counts more. Whoever has nothing under way is forgotten.
func (c *Calls) add(who caller, more underWay, memory int64) {
	now := c.of[who]
	now = underWay{now.calls + more.calls, now.waits + more.waits, now.messages + more.messages}
	if c.memory += memory; now.calls == 0 {
		delete(c.of, who)
		return
	}
	if c.of == nil {
		c.of = map[caller]underWay{}
	}
	c.of[who] = now
}

// Within returns a *transport.QuotaError if more is over a limit that is used so far. A
// negative limit is none, and nothing more is always within it.
func Within(what string, used, more, limit int64) error {
	if limit < 0 || more <= 0 || more <= limit-used {
		return nil
	}
	return &transport.QuotaError{What: what, Limit: limit, Used: used}
}
