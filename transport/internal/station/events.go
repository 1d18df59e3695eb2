package station

import (
	"log/slog"

	"github.com/glimpse-go/glimpse/transport/event"
)

// Tell tells an event to whom a station's Config names, if anybody, and logs it.
func Tell(to func(event.Event), log *slog.Logger, e event.Event) {
	event.Log(log)(e)
	if to != nil {
		to(e)
	}
}
