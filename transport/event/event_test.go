package event_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
)

func untimed(w *bytes.Buffer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

func Example() {
	log := event.Log(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})))
	shown := func(e event.Event) { // a user interface
		switch e.Kind {
		case event.Arrived, event.Changed:
			fmt.Println(e.News.Note)
		case event.Progress:
			fmt.Println(100*e.Done/e.Total, "%")
		}
	}
	events := func(e event.Event) { // what a Config takes
		log(e)
		shown(e)
	}
	e := event.Of(event.Arrived, collection.Name{Author: collection.UserID{1}, ID: collection.ID{2}})
	e.News = &notify.Notification{Reason: notify.Shared, Title: "Picnic", Note: "Previews come first", Items: 3, Labelled: 3}
	events(e)
	events(event.Event{Kind: event.Progress, Done: 1, Total: 4})
	events(event.Event{Kind: event.Failed, Doing: "publish", Err: transport.ErrUnreachable})
	// Output:
	// level=INFO msg=arrived collection=01000000000000000000000000000000/02000000000000000000000000000000 reason=shared items=3 labelled=3
	// Previews come first
	// 25 %
	// level=WARN msg=failed doing=publish error="transport: unreachable"
}

// TestKinds: each kind has words and a level, and is logged as it says; what is no kind is
// a number.
func TestKinds(t *testing.T) {
	words := map[string]event.Kind{}
	for k := event.Shared; k <= event.Failed; k++ {
		w := k.String()
		if other, twice := words[w]; twice || w == "" || strings.Contains(w, "(") {
			t.Errorf("%d is %q, as %d", k, w, other)
		}
		words[w] = k
		var out bytes.Buffer
		event.Log(untimed(&out, slog.LevelDebug))(event.Event{Kind: k})
		if want := fmt.Sprintf("level=%v msg=", k.Level()); !strings.HasPrefix(out.String(), want) || !strings.Contains(out.String(), w) {
			t.Errorf("%v is logged as %q", k, out.String())
		}
	}
	for _, k := range []event.Kind{0, event.Failed + 1, 255} {
		if w := k.String(); w != fmt.Sprintf("Kind(%d)", uint8(k)) {
			t.Errorf("%d is %q", uint8(k), w)
		}
	}
}

// TestLogValue: all fields that are set are there, and nothing that a person wrote.
func TestLogValue(t *testing.T) {
	e := event.Event{
		Kind: event.Progress, User: collection.UserID{4}, Key: collection.KeyID{5}, Done: 6, Total: 7, Doing: "work", Err: errors.New("why"),
		Ref:  transport.Ref{Collection: collection.Name{Author: collection.UserID{1}, ID: collection.ID{2}}, Item: collection.ItemID{3}, Version: 1},
		News: &notify.Notification{Reason: notify.Lost, Title: "secret", Note: "secret", Link: "secret", Items: 8, Labelled: 9},
	}
	var out bytes.Buffer
	log := untimed(&out, slog.LevelInfo)
	log.Info("m", "e", e)
	line := out.String()
	for _, want := range []string{"e.collection=01", "e.item=03", "e.version=1", "e.user=04", "e.key=05", "e.reason=lost", "e.items=8",
		"e.labelled=9", "e.done=6", "e.total=7", "e.doing=work", "e.error=why"} {
		if !strings.Contains(line, want) {
			t.Errorf("%s lacks %s", line, want)
		}
	}
	if strings.Contains(line, "secret") {
		t.Error(line)
	}
	out.Reset()
	if log.Info("m", "e", event.Event{Kind: event.Shared}); out.String() != "level=INFO msg=m\n" {
		t.Errorf("nothing is logged as %q", out.String())
	}
	out.Reset()
	event.Log(log)(event.Event{Kind: event.HandedOver, Err: errors.New("why")})
	if !strings.HasPrefix(out.String(), "level=WARN") {
		t.Errorf("what broke off is logged as %q", out.String())
	}
}
