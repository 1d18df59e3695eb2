package transporttest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// ChannelFixture is what the suite of channels works with: a channel and its far end.
type ChannelFixture struct {
	notify.Channel
	// Address makes the i-th address that the channel has; nil = mail addresses.
	Address func(i int) string
	// Arrived returns the letters that have arrived, as far as they can be read
	// there: ID, Address and Title, and what else the channel carries; the other
	// fields are zero.
	Arrived func(t *testing.T) []notify.Letter
	// Break has the channel fail, with an error that names the address if any
	// does, until mend is called.
	Break func(t *testing.T) (mend func())
}

// Channel checks a channel against the contract of notify.Channel.
func Channel(t *testing.T, open func(t *testing.T) ChannelFixture) {
	run(t, open, []check[ChannelFixture]{
		{"a letter arrives as it is", letterArrives},
		{"letters with little in them", letterOfLittle},
		{"titles and names are no headers", letterInjected},
		{"the same letter twice", letterTwice},
		{"many letters at once", lettersAtOnce},
		{"a channel that fails", letterFails},
		{"canceled context", letterCanceled},
	})
}

// address is the i-th address.
func (p ChannelFixture) address(i int) string {
	if p.Address != nil {
		return p.Address(i)
	}
	return fmt.Sprintf("reader.%d+x@example.org", i)
}

// letterTo writes the i-th letter, with everything in it.
func (p ChannelFixture) letterTo(i int) notify.Letter {
	return notify.Letter{
		ID: notify.ID{1, byte(i)}, Address: p.address(i), Reason: notify.Shared,
		Title: fmt.Sprintf("Grüße aus \"Öd\" <b>№ %d</b>: 日本, %s", i, strings.Repeat("sehr weit ", 20)),
		By:    "Ann\tÖ.", Note: "1 of 3 items are there in full; you will hear again of 1.", Items: 3, Labelled: 2, Withdrawn: 1,
		Time: time.Unix(1_800_000_000, 0).UTC(), Language: "de", Unsubscribe: "https://hub.example.org/stop/token", File: noise(byte(i), 500),
		Cover: noise(byte(i), 3000), Token: fmt.Sprintf("token-%d_x", i), Link: fmt.Sprintf("https://hub.example.org/link#token-%d_x", i),
		Author: collection.UserID{1}, Collection: collection.ID{byte(i)}, R: [16]byte{byte(i), 3},
	}
}

// arrived checks that a letter is among those that have arrived, the same in
// all that the channel carries, and returns how often.
func arrived(t *testing.T, p ChannelFixture, l notify.Letter) (times int) {
	t.Helper()
	for _, got := range p.Arrived(t) {
		if got.ID != l.ID {
			continue
		}
		times++
		sameLetter(t, reflect.ValueOf(l), reflect.ValueOf(got))
	}
	return times
}

func sameLetter(t *testing.T, sent, came reflect.Value) {
	t.Helper()
	for i := range sent.NumField() {
		name := sent.Type().Field(i).Name
		must := name == "Address" || name == "Title"
		if f := came.Field(i); (must || !f.IsZero()) && !reflect.DeepEqual(f.Interface(), sent.Field(i).Interface()) {
			t.Errorf("%s: sent %.200v, came %.200v", name, sent.Field(i), f)
		}
	}
}

// once delivers a letter, which arrives, and no other does.
func once(t *testing.T, p ChannelFixture, l notify.Letter) {
	t.Helper()
	before := len(p.Arrived(t))
	want(t, p.Deliver(t.Context(), l), nil)
	if n, all := arrived(t, p, l), len(p.Arrived(t)); n != 1 || all != before+1 {
		t.Errorf("the letter came %d times, and %d letters in all", n, all-before)
	}
}

// letterArrives: the letter stays its sender's, who may send it again.
func letterArrives(t *testing.T, p ChannelFixture) {
	l := p.letterTo(1)
	once(t, p, l)
	if !reflect.DeepEqual(l, p.letterTo(1)) {
		t.Errorf("the channel has changed the letter %q", l.Title)
	}
}

func letterOfLittle(t *testing.T, p ChannelFixture) {
	for i, l := range []notify.Letter{{}, {Title: "title"}, {Cover: []byte{1}}, {Link: "https://hub.example.org", Token: "x"}} {
		l.ID, l.Address = notify.ID{2, byte(i)}, p.address(i)
		once(t, p, l)
	}
}

// letterInjected: a title is its author's, as the author's name is, who may write anything but to others.
func letterInjected(t *testing.T, p ChannelFixture) {
	for i, title := range []string{
		"Picnic\r\nBcc: mallory@example.org", "Picnic\nTo: mallory@example.org", "\r\n.\r\nMAIL FROM:<mallory@example.org>",
		"Picnic\r\n\r\n<html>", "=?utf-8?q?Picnic?=",
	} {
		l := p.letterTo(i)
		l.Title, l.By = title, title
		want(t, p.Deliver(t.Context(), l), nil)
		all := p.Arrived(t)
		if len(all) != i+1 {
			t.Fatalf("%q: came %d times", title, len(all)-i)
		}
		if all[i].ID != l.ID || all[i].Address != l.Address {
			t.Errorf("%q: came to %q", title, all[i].Address)
		}
	}
}

func letterTwice(t *testing.T, p ChannelFixture) {
	l := p.letterTo(1)
	for range 2 {
		want(t, p.Deliver(t.Context(), l), nil)
	}
	if n := arrived(t, p, l); n < 1 || n > 2 || n != len(p.Arrived(t)) {
		t.Errorf("came %d times", n)
	}
}

func lettersAtOnce(t *testing.T, p ChannelFixture) {
	const many = 24
	atOnce(t, many, func(i int) error { return p.Deliver(t.Context(), p.letterTo(i)) })
	for i := range many {
		if n := arrived(t, p, p.letterTo(i)); n != 1 {
			t.Errorf("letter %d came %d times", i, n)
		}
	}
}

func letterFails(t *testing.T, p ChannelFixture) {
	l := p.letterTo(1)
	mend := p.Break(t)
	err := p.Deliver(t.Context(), l)
	if err == nil {
		t.Fatal("no error of a channel that fails")
	}
	if strings.Contains(strings.ToLower(err.Error()), l.Address) {
		t.Errorf("the error names the address: %v", err)
	}
	mend()
	want(t, p.Deliver(t.Context(), l), nil)
	if arrived(t, p, l) == 0 {
		t.Error("the letter did not come after all")
	}
}

func letterCanceled(t *testing.T, p ChannelFixture) {
	ended(t, "deliver", p.Deliver(over(t), p.letterTo(1)))
	if all := p.Arrived(t); len(all) > 0 {
		t.Errorf("%d letters came all the same", len(all))
	}
	once(t, p, p.letterTo(1))
}
