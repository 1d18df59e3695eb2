package scenario

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// talk is what a request says, and how its answer is read; nil where that says
// nothing, or is bytes.
type talk struct {
	says  string
	items []string
	hears func(answer []byte) ([]string, error)
}

// talks read requests, by what they are for.
var talks = map[string]func(w *World, m lab.Message, body []byte) (talk, error){
	"share":    ofMessage((*World).talkOfShare),
	"push":     (*World).talkOfPush,
	"announce": ofMessage((*World).talkOfAnnouncement),
	"upload": func(w *World, m lab.Message, body []byte) (talk, error) {
		c, err := w.known(m.Ref.Collection)
		if err != nil {
			return talk{}, err
		}
		text, err := w.uploadText(c, body)
		return talk{says: text, hears: w.answerTo(c)}, err
	},
	"collection": func(w *World, m lab.Message, _ []byte) (talk, error) {
		return talk{says: "ask for " + w.handle(m.Ref.Collection), hears: line(w.stateText)}, nil
	},
	"updates": func(w *World, m lab.Message, _ []byte) (talk, error) {
		return talk{says: "ask for news of " + w.handle(m.Ref.Collection), hears: line(w.stateText)}, nil
	},
	"collections": func(w *World, _ lab.Message, body []byte) (talk, error) {
		request, err := transport.Decode[transport.CollectionsRequest](body)
		var names []string
		for _, known := range request.Known {
			names = append(names, w.handle(known.Name()))
		}
		return talk{says: "ask for what is lacking of " + strings.Join(names, ", "), hears: func([]byte) ([]string, error) { return []string{"what is new of each"}, nil }}, err
	},
	"version": func(w *World, m lab.Message, _ []byte) (talk, error) {
		c, err := w.known(m.Ref.Collection)
		if err != nil {
			return talk{}, err
		}
		return talk{says: "get " + c.Ladder()[m.Ref.Version].Name + " of ", items: []string{w.item(m.Ref.Item)}}, nil
	},
	"versions": func(w *World, m lab.Message, body []byte) (talk, error) {
		c, err := w.known(m.Ref.Collection)
		if err != nil {
			return talk{}, err
		}
		request, err := transport.Decode[transport.VersionsRequest](body)
		says := "get " + c.Ladder()[m.Ref.Version].Name + " of all of " + w.handle(c.Name())
		if but := w.places(c, request.Held); but != "" {
			says += " but " + but
		}
		return talk{says: says, hears: func(answer []byte) ([]string, error) {
			text, _, err := w.framesText(c, answer)
			return []string{cmp.Or(text, "none")}, err
		}}, err
	},
	"original": func(w *World, m lab.Message, _ []byte) (talk, error) {
		says := "get the original of "
		if m.Length >= 0 {
			says = "check a block of the original of "
		}
		return talk{says: says, items: []string{w.item(m.Ref.Item)}}, nil
	},
	"changes": ofMessage((*World).talkOfChanges),
	"deliver": ofMessage(func(w *World, n notify.Notification) (talk, error) {
		return talk{says: "tell " + w.newsText(n)}, nil
	}),
	"ids": ofMessage(func(_ *World, r transport.IDRequest) (talk, error) {
		return talk{says: "ask for ids of a collection and " + plural(r.Items, "item")}, nil
	}),
	"settings": func(*World, lab.Message, []byte) (talk, error) {
		return talk{says: "ask for settings", hears: line(settingsText)}, nil
	},
}

// ofMessage reads a request whose body is a message.
func ofMessage[M any](read func(*World, M) (talk, error)) func(*World, lab.Message, []byte) (talk, error) {
	return func(w *World, _ lab.Message, body []byte) (talk, error) {
		m, err := transport.Decode[M](body)
		if err != nil {
			return talk{}, err
		}
		return read(w, m)
	}
}

// lines reads an answer that is a message.
func lines[M any](texts func(M) []string) func([]byte) ([]string, error) {
	return func(answer []byte) ([]string, error) {
		m, err := transport.Decode[M](answer)
		if err != nil {
			return nil, err
		}
		return texts(m), nil
	}
}

// line is lines of which there is one.
func line[M any](text func(M) string) func([]byte) ([]string, error) {
	return lines(func(m M) []string { return []string{text(m)} })
}

func (w *World) answerTo(c collection.Collection) func([]byte) ([]string, error) {
	return line(func(a transport.Answer) string { return w.answerText(c, a) })
}

func (w *World) talkOfShare(s transport.Share) (talk, error) {
	c, err := collection.Decode(s.Collection)
	if err != nil {
		return talk{}, err
	}
	return talk{says: w.shareText(c, s), hears: w.answerTo(c)}, nil
}

// talkOfPush reads a share, and the upload behind it.
func (w *World) talkOfPush(_ lab.Message, body []byte) (talk, error) {
	var message cbor.RawMessage
	stream, err := cbor.UnmarshalFirst(body, &message)
	if err != nil {
		return talk{}, err
	}
	s, err := transport.Decode[transport.Share](message)
	if err != nil {
		return talk{}, err
	}
	c, err := collection.Decode(s.Collection)
	if err != nil {
		return talk{}, err
	}
	text, err := w.uploadText(c, stream)
	return talk{says: w.shareText(c, s) + "; and " + text, hears: w.answerTo(c)}, err
}

func (w *World) talkOfAnnouncement(a transport.Announcement) (talk, error) {
	c, err := w.known(a.Name())
	if err != nil {
		return talk{}, err
	}
	says := "announce " + w.handle(c.Name()) + ": serves the originals of " + w.places(c, a.Items)
	return talk{says: says, hears: w.answerTo(c)}, nil
}

func (w *World) talkOfChanges(r transport.ChangesRequest) (talk, error) {
	says := "ask for news"
	if r.After.Number > 0 {
		says += fmt.Sprintf(" after number %d", r.After.Number)
	}
	return talk{says: says, hears: w.newsAndVersions}, nil
}

// newsAndVersions reads news, and the versions behind it.
func (w *World) newsAndVersions(answer []byte) ([]string, error) {
	var message cbor.RawMessage
	stream, err := cbor.UnmarshalFirst(answer, &message)
	if err != nil {
		return nil, err
	}
	d, err := transport.Decode[transport.Changes](message)
	if err != nil || len(stream) == 0 {
		return w.newsTexts(d), err
	}
	name, _ := d.New()
	c, err := w.known(name)
	if err != nil {
		return nil, err
	}
	text, _, err := w.framesText(c, stream)
	return append(w.newsTexts(d), "and then "+cmp.Or(text, "none")), err
}

func (w *World) newsTexts(d transport.Changes) []string {
	if len(d.Entries) == 0 {
		return []string{"none"}
	}
	var texts []string
	for _, one := range d.Entries {
		text := w.newsText(one.Notification)
		if one.State != nil {
			text += " And " + w.stateText(*one.State)
		}
		texts = append(texts, text)
	}
	return texts
}

func settingsText(s transport.Settings) string {
	return plural(len(s.Contacts), "contact") + " and " + plural(len(s.Values), "setting")
}
