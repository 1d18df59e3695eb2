package httplink

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/transport"
)

// eventsType is the type of server-sent events (WHATWG HTML, section 9.2).
const eventsType = "text/event-stream"

// errEvents is the refusal of those who do not take events.
var errEvents = transport.At(transport.ErrMalformed, "Accept is not "+eventsType)

// feedEvents sends the caller's feed as server-sent events, from behind the one that the caller
// has seen last, for as long as the caller takes them. Each round of waiting begins with a
// comment, so that nobody on the way takes the connection for dead, and is answered only if
// the caller would still be let in: else the stream ends, and whoever comes back is told why.
func feedEvents[S transport.Feed](r request, station S) error {
	after, err := lastEvent(r.Request)
	if err != nil {
		return err
	}
	for to := beginEvents(r); ; {
		if _, err := to.Write([]byte(":\n\n")); err != nil {
			return sent(err)
		}
		news, err := station.Changes(r.Context(), transport.ChangesRequest{After: after})
		if errors.Is(err, transport.ErrClosed) || r.Context().Err() != nil || err == nil && r.again() != nil {
			return nil
		}
		if err == nil {
			after, err = news.Next, writeEvents(to, news)
		}
		if err != nil {
			return sent(err)
		}
	}
}

// lastEvent is the cursor behind which somebody goes on who takes events; the zero one where
// the caller has seen none.
func lastEvent(r *http.Request) (after transport.Cursor, err error) {
	if q, _ := quality(r, eventsType); q == 0 {
		return after, errEvents
	}
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return parseCursor(id)
	}
	return after, nil
}

// beginEvents begins an answer that nobody on the way keeps, or keeps back (nginx does).
func beginEvents(r request) flushing {
	h := r.w.Header()
	h.Set("Content-Type", eventsType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	return flushing{r.w, http.NewResponseController(r.w)}
}

// writeEvents writes an event for each entry.
func writeEvents(to flushing, news transport.Changes) error {
	for _, e := range news.Entries {
		at := transport.Cursor{Feed: news.Next.Feed, Number: e.Number}
		if _, err := fmt.Fprintf(to, "id: %s\ndata: %s\n\n", cursorText(at), line(entryView(e))); err != nil {
			return err
		}
	}
	return nil
}

// cursorText is a cursor as the id of an event.
func cursorText(c transport.Cursor) string {
	return hex.EncodeToString(c.Feed[:]) + "-" + strconv.FormatUint(c.Number, 10)
}

// parseCursor reads the id of an event, in its one form.
func parseCursor(text string) (c transport.Cursor, err error) {
	feed, digits, _ := strings.Cut(text, "-")
	id, err := hex.DecodeString(feed)
	if err == nil {
		c.Number, err = strconv.ParseUint(digits, 10, 64)
	}
	if copy(c.Feed[:], id); err != nil || cursorText(c) != text {
		return transport.Cursor{}, transport.At(transport.ErrMalformed, "Last-Event-ID")
	}
	return c, nil
}
