package words

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
)

func Example() {
	l := notify.Letter{Reason: notify.Available, By: "Ann", Items: 3, Labelled: 1}
	for _, language := range []string{"en-GB", "de-AT", "fr", "tlh"} {
		w := In(language)
		fmt.Println(w.Language, w.Title(l)+":", w.State(l))
	}
	// Output:
	// en 3 items from Ann: 2 of 3 items are there in full; you will hear again of the others.
	// de 3 Stück von Ann: Von 3 Stück sind 2 in voller Fassung da; von den anderen hörst du noch.
	// fr 3 éléments de Ann: Sur 3 éléments, en version complète : 2 ; vous serez prévenu pour le reste.
	// en 3 items from Ann: 2 of 3 items are there in full; you will hear again of the others.
}

// TestLanguagesSayTheSame: each language has each message, with the same places.
func TestLanguagesSayTheSame(t *testing.T) {
	places := func(text string) []string {
		found := regexp.MustCompile(`\{[a-z]+\}`).FindAllString(text, -1)
		slices.Sort(found)
		return found
	}
	for _, w := range all()[1:] {
		for key, text := range all()[0].texts {
			if key == "singular" || strings.HasSuffix(key, ".one") {
				continue
			}
			if other, ok := w.texts[key]; !ok || !slices.Equal(places(text), places(other)) {
				t.Errorf("%s: %s: %q, in English %q", w.Language, key, other, text)
			}
		}
		if len(w.texts) != len(all()[0].texts) {
			t.Errorf("%s has %d messages, English %d", w.Language, len(w.texts), len(all()[0].texts))
		}
	}
}

// TestState says all that can be told of a collection, in all languages, and nothing is left
// to fill in.
func TestState(t *testing.T) {
	seen := map[string]bool{}
	for reason := notify.Shared; reason <= notify.Confirm; reason++ {
		for items := range 4 {
			for labelled := range items + 1 {
				for gone := range labelled + 1 {
					l := notify.Letter{Reason: reason, Items: items, Labelled: labelled, Withdrawn: gone, By: "Ann"}
					for _, language := range Languages() {
						w := In(language)
						for _, text := range []string{w.State(l), w.Lead(l), w.Title(l), w.Stop(l)} {
							if text == "" || strings.ContainsAny(text, "{}") {
								t.Errorf("%s, %+v: %q", language, l, text)
							}
							seen[text] = true
						}
					}
				}
			}
		}
	}
	for _, text := range []string{
		"1 of 3 items are there in full; you will hear again of the others. The author has withdrawn 1.",
		"1 of 3 items cannot be had in full at the moment. The author has withdrawn 1.",
		"2 of 3 items are there in full; the author has withdrawn the others.",
		"1 item from Ann", "0 élément de Ann", "2 éléments de Ann",
		"Previews come first; you will hear again when the full versions are there.",
	} {
		if !seen[text] {
			t.Errorf("never said: %s", text)
		}
	}
}

// TestPlain: what somebody has written is one line, and turns nothing around.
func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"Lake": "Lake", " a\r\nBcc: b ": " a  Bcc: b ", "a\u2028b\x00c": "a b c", "evil\u202egpj.exe": "evilgpj.exe", "\xff": "\ufffd", "שלום 日本": "שלום 日本",
		"\u2066x\u2069": "x", "\n": " ",
	} {
		if got := Plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if title := In("en").Title(notify.Letter{Title: "\r\n", Items: 1}); title != "1 item" {
		t.Errorf("title %q", title)
	}
}
