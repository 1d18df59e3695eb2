package transport

import "time"

// Hooks let a program measure what a station does. Those that are nil are not
// called; the others are called often, by several goroutines, and must return
// quickly.
type Hooks struct {
	// Work is called after each piece of work for others or for the user: what it
	// was ("share", "upload", "put", "announce", "fetch", "publish"), how long it
	// took and how it ended.
	Work func(what string, took time.Duration, err error)
	// Received is called when bytes of a version have come, whole or a part.
	Received func(bytes int64)
}

// Begin starts a piece of work, on a clock; the function it returns ends it.
func (h Hooks) Begin(what string, now func() time.Time) (end func(error)) {
	if h.Work == nil {
		return func(error) {}
	}
	start := now()
	return func(err error) { h.Work(what, now().Sub(start), err) }
}
