package otelevent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
)

// watched is a recorder with all that it recorded, at a clock that stands.
type watched struct {
	t      *testing.T
	event  func(event.Event)
	now    time.Time
	reader *metric.ManualReader
	spans  *tracetest.InMemoryExporter
}

func watch(t *testing.T) *watched {
	w := &watched{t: t, now: time.Unix(1_000_000, 0).UTC(), reader: metric.NewManualReader(), spans: tracetest.NewInMemoryExporter()}
	var err error
	w.event, err = New(Config{
		Meters:  metric.NewMeterProvider(metric.WithReader(w.reader)),
		Tracers: trace.NewTracerProvider(trace.WithSyncer(w.spans)),
		Now:     func() time.Time { return w.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// after has an event happen so much later.
func (w *watched) after(d time.Duration, e event.Event) {
	w.now = w.now.Add(d)
	w.event(e)
}

func (w *watched) metrics() map[string]metricdata.Aggregation {
	var all metricdata.ResourceMetrics
	if err := w.reader.Collect(context.Background(), &all); err != nil {
		w.t.Fatal(err)
	}
	found := map[string]metricdata.Aggregation{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			found[m.Name+" "+m.Unit] = m.Data
		}
	}
	return found
}

// seconds returns the sum of a histogram in seconds, and how many values it has.
func (w *watched) seconds(name string) (sum float64, n uint64) {
	h, _ := w.metrics()[name+" s"].(metricdata.Histogram[float64])
	for _, p := range h.DataPoints {
		sum, n = sum+p.Sum, n+p.Count
	}
	return sum, n
}

// counted are the attributes of what was counted, sorted, with the numbers.
func (w *watched) counted() (lines []string) {
	sum, _ := w.metrics()["glimpse.events {event}"].(metricdata.Sum[int64])
	for _, p := range sum.DataPoints {
		lines = append(lines, fmt.Sprint(p.Attributes.Encoded(attribute.DefaultEncoder()), " ", p.Value))
	}
	slices.Sort(lines)
	return lines
}

func ref(i int) transport.Ref {
	return transport.Ref{Collection: collection.Name{Author: collection.UserID{1}, ID: collection.ID{byte(i), byte(i >> 8)}}, Item: collection.ItemID{3}, Version: 2}
}

func news(k event.Kind, labelled int, reason notify.Reason) event.Event {
	e := event.Of(k, ref(1).Collection)
	e.News = &notify.Notification{Reason: reason, Title: "secret", Items: 7, Labelled: labelled}
	return e
}

// TestStages: what takes a while is measured from its beginning to its end, by the station's
// clock, and each has a span.
func TestStages(t *testing.T) {
	w := watch(t)
	began, shared := w.now, event.Of(event.Shared, ref(1).Collection)
	shared.User = collection.UserID{9}
	w.event(shared)
	w.after(time.Second, event.Event{Kind: event.Progress, Ref: ref(1), Done: 1, Total: 4 << 20})
	w.after(time.Second, event.Event{Kind: event.Progress, Ref: ref(1), Done: 2, Total: 4 << 20})
	w.after(time.Second, event.Event{Kind: event.Progress, Ref: ref(1), Done: 4 << 20, Total: 4 << 20})
	w.after(3*time.Second, event.Of(event.HandedOver, ref(1).Collection))
	w.after(time.Minute, news(event.Arrived, 7, notify.Shared))
	w.after(time.Minute, news(event.Changed, 3, notify.Available))
	w.after(time.Minute, news(event.Changed, 0, notify.Available))
	w.after(time.Minute, news(event.Changed, 0, notify.Edited))
	for name, want := range map[string]float64{"glimpse.transfer.duration": 2, "glimpse.hand_over.duration": 6, "glimpse.completion.duration": 120} {
		if sum, n := w.seconds(name); sum != want || n != 1 {
			t.Errorf("%s: %d values, %v s; want one of %v", name, n, sum, want)
		}
	}
	size, _ := w.metrics()["glimpse.transfer.size By"].(metricdata.Histogram[int64])
	items, _ := w.metrics()["glimpse.news.items {item}"].(metricdata.Histogram[int64])
	if len(size.DataPoints) != 1 || size.DataPoints[0].Sum != 4<<20 || len(items.DataPoints) != 1 || items.DataPoints[0].Sum != 7 {
		t.Errorf("size %+v, items %+v", size, items)
	}
	spans := w.spans.GetSpans()
	if len(spans) != 3 || spans[0].Name != "glimpse.transfer" || spans[1].Name != "glimpse.hand_over" || spans[2].Name != "glimpse.completion" {
		t.Fatalf("spans: %+v", spans)
	}
	if s := spans[1]; !s.StartTime.Equal(began) || s.EndTime.Sub(began) != 6*time.Second {
		t.Errorf("hand-over from %v to %v", s.StartTime, s.EndTime)
	}
	if !slices.Contains(spans[0].Attributes, attribute.Int64("glimpse.total", 4<<20)) ||
		!slices.Contains(spans[0].Attributes, attribute.String("glimpse.item", ref(1).Item.String())) {
		t.Errorf("attributes of a transfer: %v", spans[0].Attributes)
	}
}

// TestBrokenOff: what broke off has a span that says why, and no duration; what began before
// the process has none.
func TestBrokenOff(t *testing.T) {
	w := watch(t)
	over := event.Of(event.HandedOver, ref(1).Collection)
	w.event(over)
	w.event(event.Of(event.Shared, ref(1).Collection))
	over.Err = transport.At(transport.ErrUnreachable, "secret")
	w.after(time.Second, over)
	if _, n := w.seconds("glimpse.hand_over.duration"); n != 0 {
		t.Errorf("%d durations", n)
	}
	spans := w.spans.GetSpans()
	if len(spans) != 1 {
		t.Fatalf("spans: %+v", spans)
	}
	if s := spans[0]; s.Status.Code != codes.Error || !slices.Contains(s.Attributes, attribute.String("error.type", "unreachable")) {
		t.Errorf("span: %v %v", s.Status, s.Attributes)
	}
}

// TestAttributes: they say what happened in few words, and nothing of whom or what.
func TestAttributes(t *testing.T) {
	w := watch(t)
	for i := range 100 {
		e := event.Event{Kind: event.Failed, Ref: ref(i), User: collection.UserID{byte(i)}, Key: collection.KeyID{byte(i)},
			Doing: "publish", Err: transport.At(transport.ErrStorage, fmt.Sprint("secret ", i))}
		w.event(e)
		w.event(news(event.Changed, i, notify.Lost))
	}
	want := []string{"error.type=storage,glimpse.doing=publish,glimpse.event.kind=failed 100", "glimpse.event.kind=changed,glimpse.reason=lost 100"}
	if got := w.counted(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for i := range 2 * maxDoing {
		w.event(event.Event{Kind: event.Failed, Doing: fmt.Sprint("work ", i)})
	}
	if got := w.counted(); len(got) != 2+maxDoing || !strings.Contains(strings.Join(got, "\n"), "glimpse.doing="+other) {
		t.Errorf("%d lines: %q", len(got), got)
	}
}

// TestErrorTypes: each error of package transport has a word of its own, without numbers and places.
func TestErrorTypes(t *testing.T) {
	seen := map[string]bool{}
	for code := uint(1); (&transport.Fault{Code: code}).Unwrap() != transport.Err; code++ {
		word := errorType(fmt.Errorf("secret: %w", &transport.Fault{Code: code, About: "secret", Limit: 42}))
		if seen[word] || word == other || strings.ContainsAny(word, "42") || strings.Contains(word, "secret") {
			t.Errorf("code %d is %q", code, word)
		}
		seen[word] = true
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{transport.At(transport.ErrNotFound, "secret"), "not found"}, {&transport.QuotaError{What: "bytes", Limit: 4, Used: 2}, "quota"},
		{label.ErrWithdrawn, "withdrawn"}, {context.Canceled, "canceled"}, {context.DeadlineExceeded, "timeout"},
		{fmt.Errorf("secret: %w", errors.ErrUnsupported), "unsupported"}, {errors.New("secret"), other},
		{&transport.Fault{Code: 1 << 20}, "transport"},
	} {
		if got := errorType(c.err); got != c.want {
			t.Errorf("%v is %q, want %q", c.err, got, c.want)
		}
	}
}

// TestStartsAreBounded: what never ends leaves, the oldest first.
func TestStartsAreBounded(t *testing.T) {
	s := newStarts(2)
	for i := range 3 {
		s.begin(start{transfer, ref(i)}, time.Unix(int64(i), 0))
	}
	s.begin(start{transfer, ref(2)}, time.Unix(9, 0)) // it has begun already
	if _, known := s.end(start{transfer, ref(0)}); known || len(s.at) != 2 || s.order.Len() != 2 {
		t.Errorf("%d of 2 are kept, the oldest is: %v", len(s.at), known)
	}
	if at, known := s.end(start{transfer, ref(2)}); !known || at.Unix() != 2 {
		t.Errorf("it began at %v, %v", at, known)
	}
	for what, want := range map[start]bool{{transfer, ref(2)}: false, {handOver, ref(1)}: false, {transfer, ref(1)}: true} {
		if _, known := s.end(what); known != want {
			t.Errorf("%v has begun: %v", what, known)
		}
	}
}

// TestAtOnce: events come from many goroutines.
func TestAtOnce(t *testing.T) {
	w := watch(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 50 {
				w.event(event.Event{Kind: event.Progress, Ref: ref(i), Done: 1, Total: 2})
				w.event(event.Event{Kind: event.Progress, Ref: ref(i), Done: 2, Total: 2})
				w.event(event.Event{Kind: event.Failed, Doing: "publish"})
			}
		})
	}
	all.Wait()
	if _, n := w.seconds("glimpse.transfer.duration"); n != 400 {
		t.Errorf("%d transfers of 400", n)
	}
}

// TestNoProviders: the zero Config drops everything.
func TestNoProviders(t *testing.T) {
	take, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	take(news(event.Arrived, 0, notify.Shared))
	take(event.Of(event.HandedOver, ref(1).Collection))
}

// TestRunbook: the names that the operator's guide and the documentation have are those of
// instruments, and their attributes.
func TestRunbook(t *testing.T) {
	w := watch(t)
	e := news(event.Changed, 1, notify.Available)
	e.Doing, e.Err = "publish", transport.ErrStorage
	w.event(e)
	w.event(news(event.Arrived, 1, notify.Shared))
	w.event(event.Of(event.Shared, ref(1).Collection))
	w.event(event.Of(event.HandedOver, ref(1).Collection))
	w.event(event.Event{Kind: event.Progress, Ref: ref(1), Done: 1, Total: 2})
	w.event(event.Event{Kind: event.Progress, Ref: ref(1), Done: 2, Total: 2})
	w.event(news(event.Changed, 0, notify.Available))
	known := map[string]bool{}
	for name := range w.metrics() {
		known[strings.Fields(name)[0]] = true
	}
	for _, line := range w.counted() {
		for _, attribute := range strings.Split(line, ",") {
			known[strings.Split(attribute, "=")[0]] = true
		}
	}
	for _, s := range w.spans.GetSpans() {
		known[s.Name] = true
	}
	for _, file := range []string{"../hub/RUNBOOK.md", "doc.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		named := regexp.MustCompile(`\bglimpse\.(?:events|reason|doing|[a-z_]+\.[a-z]+|transfer|hand_over|completion)\b`).FindAllString(string(text), -1)
		for _, name := range named {
			if !known[name] {
				t.Errorf("%s: there is no %s", file, name)
			}
		}
		if len(named) < 3 {
			t.Errorf("%s names %d", file, len(named))
		}
	}
}
