package otelevent

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
)

// span records a stage, whose attributes are what is logged of the event at its end.
func (r *recorder) span(s stage, e event.Event, from, to time.Time) {
	_, span := r.tracer.Start(context.Background(), "glimpse."+s.name(), trace.WithTimestamp(from), trace.WithAttributes(logged(e)...))
	if e.Err != nil {
		span.SetAttributes(attribute.String("error.type", errorType(e.Err)))
		span.SetStatus(codes.Error, e.Err.Error())
	}
	span.End(trace.WithTimestamp(to))
}

// logged are the attributes that an event has in a log, its error aside.
func logged(e event.Event) (all []attribute.KeyValue) {
	e.Err = nil
	for _, a := range e.LogValue().Group() {
		key, v := "glimpse."+a.Key, a.Value.Resolve()
		if v.Kind() == slog.KindInt64 {
			all = append(all, attribute.Int64(key, v.Int64()))
		} else {
			all = append(all, attribute.String(key, v.String()))
		}
	}
	return all
}

// errorType names the kind of an error: the sentinel of package transport that it wraps, or
// one of few others.
func errorType(err error) string {
	f := transport.NewFault(err)
	switch {
	case f.Code != 0 && errors.Is(f, transport.ErrQuota): // whose text has numbers
		return "quota"
	case f.Code != 0:
		return strings.TrimPrefix((&transport.Fault{Code: f.Code}).Error(), transport.Err.Error()+": ")
	case errors.Is(err, label.ErrWithdrawn):
		return "withdrawn"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, errors.ErrUnsupported):
		return "unsupported"
	}
	return other
}
