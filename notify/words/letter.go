package words

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/glimpse-go/glimpse/notify"
)

// Plain returns what somebody has written as it can stand in one line among other words:
// without line ends and other control characters, and without marks that change the direction
// of what follows.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case r == '\u061c', '\u200e' <= r && r <= '\u200f', '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// Title is what a letter's collection is called: its title, or how many items of whom.
func (w Words) Title(l notify.Letter) string {
	if l.Reason == notify.Confirm {
		return w.Say("confirm.title", "code", l.Code)
	}
	if title := Plain(l.Title); strings.TrimSpace(title) != "" {
		return title
	}
	return w.by("subject", l, "items", w.Items(l.Items))
}

// Name is what a letter's author is called, in one line; empty = not known.
func Name(l notify.Letter) string { return strings.TrimSpace(Plain(l.By)) }

// Lead says who tells what, in a sentence.
func (w Words) Lead(l notify.Letter) string {
	switch l.Reason {
	case notify.Shared:
		return w.by("shared", l)
	case notify.Confirm:
		return w.Say("confirm.lead")
	}
	return w.by("available", l)
}

// Stop is what leads to the end of such letters.
func (w Words) Stop(l notify.Letter) string { return w.by("unsubscribe", l) }

// by says a message that names the author, or the one that does not.
func (w Words) by(key string, l notify.Letter, pairs ...string) string {
	if name := Name(l); name != "" {
		return w.Say(key, append(pairs, "by", name)...)
	}
	return w.Say(key+".nobody", pairs...)
}

// State says how much of the collection is there, or what else has happened to it, as
// [notify.Notification.Note] does in English.
func (w Words) State(l notify.Letter) string {
	switch l.Reason {
	case notify.Edited, notify.Ended, notify.Removed, notify.Resolved, notify.Confirm:
		return w.Say(l.Reason.String())
	}
	return w.counts(l)
}

// counts says how many items are there, awaited and withdrawn.
func (w Words) counts(l notify.Letter) string {
	gone := min(l.Withdrawn, l.Labelled)
	awaited, there := l.Labelled-gone, l.Items-l.Labelled
	key := "some"
	switch {
	case l.Labelled == 0:
		return w.Say("complete")
	case gone == l.Items:
		return w.Say("withdrawn")
	case awaited == 0:
		key, gone = "settled", 0
	case l.Reason == notify.Lost:
		key = "lost"
	case awaited == l.Items:
		return w.Say("awaited")
	}
	text := w.Say(key, "there", strconv.Itoa(there), "awaited", strconv.Itoa(awaited), "items", w.Items(l.Items))
	if gone > 0 {
		text += " " + w.Say("gone", "gone", strconv.Itoa(gone))
	}
	return text
}
