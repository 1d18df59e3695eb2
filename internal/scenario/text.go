package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// What messages say, in words.

func (w *World) shareText(c collection.Collection, s transport.Share) string {
	text := "share " + w.handle(c.Name()) + " (" + w.places(c, transport.AllBits(c.Len())) + ")"
	if to := w.users(slices.Collect(c.Recipients())); to != "" {
		text += " for " + to
	}
	if len(s.To) > 0 {
		text += "; for the addresses " + strings.Join(s.To, ", ")
	}
	if n := count(c.Addresses()); n > 0 {
		text += "; for " + plural(n, "blinded address")
	}
	if serves := w.columns(c, s.Serves); serves != "" {
		text += "; serves " + serves
	}
	if offers := w.columns(c, s.Offers); offers != "" {
		text += "; can upload " + offers
	}
	if n := count(c.Updates()); n > 0 {
		text += fmt.Sprintf("; with %s", plural(n, "update"))
	}
	if c.Ended() {
		text += "; it has ended"
	}
	return text
}

func (w *World) answerText(c collection.Collection, a transport.Answer) string {
	text := a.Next.String()
	if missing := w.columns(c, a.Missing); missing != "" {
		text += " " + missing
	}
	if a.Notify {
		text += "; the sender tells the recipients"
	}
	if len(a.Collection) > 0 {
		text += "; with the collection as it is now"
	}
	if len(a.Updates) > 0 {
		text += "; with " + plural(len(a.Updates), "update")
	}
	return text
}

func (w *World) uploadText(c collection.Collection, data []byte) (string, error) {
	text, seal, err := w.framesText(c, data)
	if len(seal.Seal) > 0 {
		text += " and the author's seal"
	}
	return "upload " + text, err
}

// framesText names the versions of a stream.
func (w *World) framesText(c collection.Collection, data []byte) (string, transport.AuthorSeal, error) {
	in := transport.NewUploadReader(bytes.NewReader(data))
	got := make([]transport.Bits, len(c.Ladder()))
	for {
		f, err := in.Next()
		if errors.Is(err, io.EOF) {
			return w.columns(c, got), in.Seal(), nil
		}
		if err != nil {
			return "", transport.AuthorSeal{}, err
		}
		got[f.Version] = got[f.Version].Add(f.Item)
	}
}

func (w *World) stateText(s transport.State) string {
	var parts []string
	if len(s.Collection) > 0 {
		parts = append(parts, "the collection")
		if c, err := collection.Decode(s.Collection); err == nil && count(c.Updates()) > 0 {
			parts[0] += " with " + plural(count(c.Updates()), "update")
		}
	}
	if len(s.Ends) > 0 {
		parts = append(parts, "it has ended")
	}
	if len(s.Updates) > 0 {
		parts = append(parts, plural(len(s.Updates), "update"))
	}
	for _, source := range s.Sources {
		if !source.Items.IsEmpty() {
			parts = append(parts, "originals at "+w.stationAt(source.URL))
		}
	}
	if len(parts) == 0 {
		return "nothing new"
	}
	return strings.Join(parts, "; ")
}

func (w *World) newsText(n notify.Notification) string {
	text := fmt.Sprintf("%s %s %q (%s, %d labelled)", w.handle(n.Name()), n.Reason, n.Title, plural(n.Items, "item"), n.Labelled)
	if len(n.Cover) > 0 {
		text += ", with the thumbnail of " + w.cover(n.Cover)
	}
	if len(n.Updates) > 0 {
		text += ", with " + plural(len(n.Updates), "update")
	}
	return text + ": " + n.Note
}

// cover names the item of which a thumbnail is, the first of several.
func (w *World) cover(data []byte) string {
	var names []string
	for _, s := range w.stations {
		for id, versions := range s.Card {
			if bytes.Equal(versions[0], data) {
				names = append(names, w.item(id))
			}
		}
	}
	if len(names) == 0 {
		return "something made by a peer"
	}
	return slices.Min(names)
}

// columns names versions and their items; versions of the same items together.
func (w *World) columns(c collection.Collection, sets []transport.Bits) string {
	var order []string
	versions := map[string][]string{}
	for v, set := range sets {
		items := w.places(c, set)
		if items == "" {
			continue
		}
		if versions[items] == nil {
			order = append(order, items)
		}
		versions[items] = append(versions[items], c.Ladder()[v].Name)
	}
	for i, items := range order {
		names := strings.Join(versions[items], " and ")
		if n := len(versions[items]); n > 2 && n == len(c.Ladder()) {
			names = "all versions"
		}
		order[i] = names + " of " + items
	}
	return strings.Join(order, ", ")
}

// places names items by their places.
func (w *World) places(c collection.Collection, b transport.Bits) string {
	var names []string
	for i := range b.Places() {
		if i < c.Len() {
			id, _ := c.At(i)
			names = append(names, w.item(id))
		}
	}
	return strings.Join(names, ", ")
}

// explain puts an error into words that are the same wherever it comes from.
func (w *World) explain(err error) string {
	if item, ok := errors.AsType[*collection.ItemError](err); ok {
		if refusal, ok := errors.AsType[*label.Refusal](err); ok {
			return w.item(item.Item) + ": " + refusal.Error()
		}
	}
	if errors.Is(err, transport.ErrUnreachable) {
		return "unreachable"
	}
	if f, ok := errors.AsType[*transport.Fault](err); ok {
		return strings.TrimPrefix(w.named(f.Error()), "transport: ")
	}
	return strings.ReplaceAll(strings.TrimPrefix(w.named(err.Error()), "transport: "), "\n", "; ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if strings.HasSuffix(what, "s") {
		what += "e"
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func count[T any](seq func(func(T) bool)) (n int) {
	for range seq {
		n++
	}
	return n
}
