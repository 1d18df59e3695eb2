package otelevent

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	notrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
)

// scope names this instrumentation.
const scope = "github.com/glimpse-go/glimpse/transport/otel"

// Config says where metrics and spans go. The zero Config drops them.
type Config struct {
	Meters  metric.MeterProvider // nil = no metrics
	Tracers trace.TracerProvider // nil = no spans
	Now     func() time.Time     // the station's Config.Now; nil = time.Now
}

// New returns a function that takes the events of one station, for the Events of its Config.
// It is safe for concurrent use, blocks for nothing but the provider's own instruments, and
// keeps nothing of an event. The error is that of the provider, which refuses an instrument.
func New(c Config) (func(event.Event), error) {
	if c.Meters == nil {
		c.Meters = noop.NewMeterProvider()
	}
	if c.Tracers == nil {
		c.Tracers = notrace.NewTracerProvider()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	r := &recorder{now: c.Now, tracer: c.Tracers.Tracer(scope), began: newStarts(maxStarts), doing: newWords(maxDoing)}
	return r.event, r.instruments(c.Meters.Meter(scope))
}

// recorder records the events of one station.
type recorder struct {
	now    func() time.Time
	tracer trace.Tracer
	began  *starts
	doing  *words

	events      metric.Int64Counter
	items, size metric.Int64Histogram
	durations   [stages]metric.Float64Histogram
}

func (r *recorder) instruments(m metric.Meter) error {
	var failed [3]error
	r.events, failed[0] = m.Int64Counter("glimpse.events", metric.WithUnit("{event}"), metric.WithDescription("Events."))
	r.items, failed[1] = m.Int64Histogram("glimpse.news.items", metric.WithUnit("{item}"),
		metric.WithDescription("Items of collections that arrived."), metric.WithExplicitBucketBoundaries(1, 10, 50, 200, 1000, 10_000, 100_000))
	r.size, failed[2] = m.Int64Histogram("glimpse.transfer.size", metric.WithUnit("By"),
		metric.WithDescription("Versions that have come whole."), metric.WithExplicitBucketBoundaries(1<<17, 1<<20, 1<<22, 1<<24, 1<<26, 1<<28, 1<<30, 1<<32))
	all := failed[:]
	for s := range stages {
		var err error
		r.durations[s], err = m.Float64Histogram("glimpse."+s.name()+".duration", metric.WithUnit("s"),
			metric.WithDescription(s.about()), metric.WithExplicitBucketBoundaries(s.buckets()...))
		all = append(all, err)
	}
	return errors.Join(all...)
}

// event takes an event.
func (r *recorder) event(e event.Event) {
	at := r.now()
	r.events.Add(context.Background(), 1, metric.WithAttributes(r.attributes(e)...))
	whole := transport.Ref{Collection: e.Ref.Collection}
	switch {
	case e.Kind == event.Progress && e.Done < e.Total:
		r.began.begin(start{transfer, e.Ref}, at)
	case e.Kind == event.Progress:
		r.size.Record(context.Background(), e.Total)
		r.end(transfer, e.Ref, e, at)
	case e.Kind == event.Shared:
		r.began.begin(start{handOver, whole}, at)
	case e.Kind == event.HandedOver:
		r.end(handOver, whole, e, at)
	case e.News != nil:
		r.news(whole, e, at)
	}
}

// news follows a collection from its first glimpse until all of it is there.
func (r *recorder) news(of transport.Ref, e event.Event, at time.Time) {
	if e.Kind == event.Arrived {
		r.items.Record(context.Background(), int64(e.News.Items))
	}
	if e.News.Labelled > 0 {
		r.began.begin(start{completion, of}, at)
	} else {
		r.end(completion, of, e, at)
	}
}

// end records a stage that has ended.
func (r *recorder) end(s stage, of transport.Ref, e event.Event, at time.Time) {
	from, known := r.began.end(start{s, of})
	if !known {
		return
	}
	if e.Err == nil {
		r.durations[s].Record(context.Background(), at.Sub(from).Seconds())
	}
	r.span(s, e, from, at)
}

// attributes are those of metrics: each has few values.
func (r *recorder) attributes(e event.Event) []attribute.KeyValue {
	all := []attribute.KeyValue{attribute.String("glimpse.event.kind", e.Kind.String())}
	if e.News != nil {
		all = append(all, attribute.String("glimpse.reason", e.News.Reason.String()))
	}
	if e.Doing != "" {
		all = append(all, attribute.String("glimpse.doing", r.doing.one(e.Doing)))
	}
	if e.Err != nil {
		all = append(all, attribute.String("error.type", errorType(e.Err)))
	}
	return all
}
