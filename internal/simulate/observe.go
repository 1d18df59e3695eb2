package main

import (
	"net/http"

	"github.com/glimpse-go/glimpse/internal/lab"
)

// observed is how a station makes its requests: everybody's are observed.
type observed struct {
	w    *world
	from string
	at   *slow // the store of its process, if that is one of two hubs
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (o observed) RoundTrip(r *http.Request) (*http.Response, error) {
	m := lab.MessageOf(o.from, r)
	if o.w.hold != nil {
		o.w.hold(m)
	}
	if o.w.lean {
		return o.next.RoundTrip(r)
	}
	o.w.asked(m)
	answer, err := o.next.RoundTrip(r)
	o.w.directory.pass(m, answer)
	o.at.enter()
	o.w.inbound[m.To]--
	if err := lab.Outcome(answer, err); err != nil {
		o.w.say("  %v: %v", m, err)
	}
	return answer, err
}

// asked sees a request. No original is asked for while its label stands.
func (w *world) asked(m lab.Message) {
	w.requests[w.Current()]++
	w.inbound[m.To]++
	w.say("  %v", m)
	if s := w.stationOf(m.From); s != nil && m.What == "original" && m.Length < 0 {
		if rank, known := s.rank(m.Ref); !known || rank.Labelled() {
			w.fail("%s asks for an original that is %v", m.From, rank)
		}
	}
}
