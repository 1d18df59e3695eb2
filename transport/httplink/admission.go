package httplink

import (
	"net/http"

	"github.com/glimpse-go/glimpse/transport"
)

// admitBy has a station admit its callers, unless somebody else is to or it admits
// everybody.
func (o *HandlerOptions) admitBy(station any) {
	if a, ok := station.(transport.Admission); ok && o.Admission == nil {
		o.Admission = a
	}
}

// admit answers a request if it is admitted, and asks for nothing that is not there, before any
// of its body is read.
func (s server) admit(r request, call transport.Call, answer func(request) error) error {
	if err := noQuery(r.Request); err != nil {
		return err
	}
	if s.Admission == nil {
		return answer(r)
	}
	call.Action = actionOf(r.Request)
	call.Message, call.Stream = s.sizes(r.Request)
	leave, err := s.Admission.Admit(r.Context(), call)
	if err != nil {
		return err
	}
	defer leave()
	if r.ContentLength >= 0 || r.Pattern == pushRoute {
		r.admitted = call.Message
	}
	return answer(r)
}

// actionOf is what a request is for.
func actionOf(r *http.Request) transport.Action {
	switch r.Pattern {
	case uploadRoute, patchRoute, pushRoute:
		return transport.Bring
	case collectionsRoute:
		return transport.Read
	case announceRoute:
		return transport.Announce
	case feedRoute, eventsRoute, versionsRoute, admissionRoute:
		return transport.Wait
	}
	if changesNothing(r) {
		return transport.Read
	}
	return transport.Send
}

// sizes returns how many bytes of a body are a message, and how many a stream. A message
// whose size is not announced may be as long as any; of a stream that is not known.
func (s server) sizes(r *http.Request) (message, stream int64) {
	announced := r.ContentLength
	switch r.Pattern {
	case uploadRoute, patchRoute:
		return 0, max(announced, 0)
	case pushRoute:
		message, err := messageSize(r)
		if err != nil {
			return 0, 0 // it is refused
		}
		return min(message, s.MaxMessage), max(announced-message, 0)
	}
	if announced < 0 || announced > s.MaxMessage {
		announced = s.MaxMessage
	}
	return announced, 0
}
