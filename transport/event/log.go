package event

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/glimpse-go/glimpse/transport"
)

var names = [...]string{
	Shared: "shared", HandedOver: "handed over", Published: "published", Arrived: "arrived", Changed: "changed",
	Progress: "progress", WishFulfilled: "wish fulfilled", WishEnded: "wish ended", LeftOut: "left out",
	KeySeen: "key seen", Refused: "refused", Parked: "parked", Failed: "failed",
}

// String returns the kind in words.
func (k Kind) String() string {
	if k == 0 || int(k) >= len(names) {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return names[k]
}

// Level is how much a kind matters in a log: Progress is for who looks for it, and what
// failed or was refused is a warning.
func (k Kind) Level() slog.Level {
	switch k {
	case Progress:
		return slog.LevelDebug
	case LeftOut, Refused, Parked, Failed:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// LogValue implements slog.LogValuer: a group of the fields that are set, in which people and
// collections are ids, and no text is a person's, such as a title or a caption.
func (e Event) LogValue() slog.Value { return slog.GroupValue(e.attributes()...) }

// Log returns a function that logs events, with their kinds as messages and the rest as
// attributes, at the Level of the kind. It is safe for concurrent use.
func Log(to *slog.Logger) func(Event) {
	return func(e Event) {
		to.LogAttrs(context.Background(), e.level(), e.Kind.String(), e.attributes()...)
	}
}

// level is a warning if something broke off.
func (e Event) level() slog.Level {
	if e.Kind == HandedOver && e.Err != nil {
		return slog.LevelWarn
	}
	return e.Kind.Level()
}

func (e Event) attributes() []slog.Attr {
	var all []slog.Attr
	add := func(set bool, a slog.Attr) {
		if set {
			all = append(all, a)
		}
	}
	add(e.Ref.Collection != transport.Ref{}.Collection, slog.Any("collection", e.Ref.Collection))
	add(!e.Ref.Item.IsZero(), slog.Any("item", e.Ref.Item))
	add(!e.Ref.Item.IsZero(), slog.Int("version", e.Ref.Version))
	add(!e.User.IsZero(), slog.Any("user", e.User))
	add(!e.Key.IsZero(), slog.Any("key", e.Key))
	if e.News != nil {
		add(true, slog.String("reason", e.News.Reason.String()))
		add(true, slog.Int("items", e.News.Items))
		add(true, slog.Int("labelled", e.News.Labelled))
	}
	add(e.Kind == Progress, slog.Int64("done", e.Done))
	add(e.Kind == Progress, slog.Int64("total", e.Total))
	add(e.Doing != "", slog.String("doing", e.Doing))
	add(e.Err != nil, slog.Any("error", e.Err))
	return all
}
