package otelevent_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/otel"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// The home of Ann takes a photo from her camera, and says so to OpenTelemetry.
func Example() {
	ctx := context.Background()
	reader, spans := metric.NewManualReader(), tracetest.NewInMemoryExporter() // OTLP in real life
	events := must(otelevent.New(otelevent.Config{
		Meters:  metric.NewMeterProvider(metric.WithReader(reader)),
		Tracers: trace.NewTracerProvider(trace.WithSyncer(spans)),
	}))

	ann, key := collection.UserID{1}, must(signature.GenerateKey(rand.Reader))
	signer := must(signature.NewSigner(key, rand.Reader))
	keys := new(signature.Keyring)
	must(0, keys.Trust(ann, signer.Public()))
	home := must(peer.New(ctx, ann, signer, peer.Config{Keys: keys, Events: events}))

	photo := collection.ItemID{2}
	camera := device.New(ann, signer, blobs{photo: "a photo"}, device.Config{})
	body := collection.Body{Items: []collection.Item{{ID: photo}}}
	name := must(camera.Make(ctx, collection.Header{ID: collection.ID{3}}, body))
	must(camera.Sync(ctx, home.As(transport.Identity{User: ann, Key: signer.Public().ID()}), name))

	for _, line := range counted(reader) {
		fmt.Println(line)
	}
	for _, s := range spans.GetSpans() {
		fmt.Println(s.Name, len(s.Attributes), "attributes", s.Status.Code)
	}
	// Output:
	// handed over: 1
	// progress: 1
	// shared: 1
	// glimpse.hand_over 3 attributes Unset
}

// blobs are a device.Media of texts, each the complete version of an item.
type blobs map[collection.ItemID]string

func (b blobs) Open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	if text, ok := b[item]; ok && version == 2 {
		return transport.BytesBlob([]byte(text)), nil
	}
	return nil, transport.ErrNotFound
}

// counted lists how often each kind of event was counted.
func counted(from metric.Reader) (lines []string) {
	var all metricdata.ResourceMetrics
	must(0, from.Collect(context.Background(), &all))
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if sum, ok := m.Data.(metricdata.Sum[int64]); ok {
				for _, p := range sum.DataPoints {
					kind, _ := p.Attributes.Value("glimpse.event.kind")
					lines = append(lines, fmt.Sprintf("%s: %d", kind.AsString(), p.Value))
				}
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
