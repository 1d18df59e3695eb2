package scenario

import (
	"net/http"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
)

// observer stands between a station and the network, whatever that is: it writes
// down what is said, and cuts the connection while one of the two is offline. The
// caller is on the left.
type observer struct {
	w    *World
	from string
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (o observer) RoundTrip(r *http.Request) (*http.Response, error) {
	again := *r
	body, err := lab.ReadBody(&again.Body)
	if err != nil {
		return nil, err
	}
	m := lab.MessageOf(o.from, r)
	m.To = o.w.stationAt(r.URL.Scheme + "://" + r.URL.Host)
	t, err := talks[m.What](o.w, m, body)
	if err != nil {
		return nil, err
	}
	o.w.log.add(m.From+" → "+m.To+": "+t.says, t.items...)
	answer, err := o.carry(&again, m)
	for _, line := range o.w.heard(t, answer, err) {
		o.w.log.add(m.From + " ← " + m.To + ": " + line)
	}
	return answer, err
}

func (o observer) carry(r *http.Request, m lab.Message) (*http.Response, error) {
	if o.w.offline[m.From] || o.w.offline[m.To] {
		return nil, transport.At(transport.ErrUnreachable, "nobody answers")
	}
	answer, err := o.next.RoundTrip(r)
	if err != nil {
		return nil, transport.At(transport.ErrUnreachable, err.Error())
	}
	return answer, nil
}

// heard is what an answer says, in lines.
func (w *World) heard(t talk, answer *http.Response, err error) []string {
	if err := lab.Outcome(answer, err); err != nil {
		return []string{"refused: " + w.explain(err)}
	}
	if t.hears == nil {
		return nil
	}
	body, err := lab.ReadBody(&answer.Body)
	if err == nil {
		var lines []string
		if lines, err = t.hears(body); err == nil {
			return lines
		}
	}
	return []string{"something else: " + err.Error()}
}
