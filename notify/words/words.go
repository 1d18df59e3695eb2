package words

import (
	"embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed *.txt
var files embed.FS

// Words are the messages of one language. They may be used concurrently.
type Words struct {
	Language string // its tag (BCP 47), such as "de"

	texts    map[string]string
	singular []string
}

// all are the languages, English first.
var all = sync.OnceValue(func() []Words { return []Words{read("en"), read("de"), read("fr")} })

// Languages lists the tags of the languages that there are, English first.
func Languages() []string {
	tags := make([]string, len(all()))
	for i, w := range all() {
		tags[i] = w.Language
	}
	return tags
}

// In returns the words of the first of some languages (BCP 47) that there are messages in:
// "de-AT" is read as "de". Where there are none of any, it is English.
func In(languages ...string) Words {
	for _, tag := range languages {
		primary, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
		for _, w := range all() {
			if strings.EqualFold(primary, w.Language) {
				return w
			}
		}
	}
	return all()[0]
}

// Say returns a message with its places filled in: pairs are names and what stands there.
// A key that there is none of is a mistake of the program, and panics.
func (w Words) Say(key string, pairs ...string) string {
	text, ok := w.texts[key]
	if !ok {
		panic("words: no message " + strconv.Quote(key))
	}
	places := slices.Clone(pairs)
	for i := 0; i < len(places); i += 2 {
		places[i] = "{" + places[i] + "}"
	}
	return strings.NewReplacer(places...).Replace(text)
}

// Items returns a number of items in words.
func (w Words) Items(n int) string {
	number, form := strconv.Itoa(n), ".other"
	if slices.Contains(w.singular, number) {
		form = ".one"
	}
	return w.Say("items"+form, "n", number)
}

func read(language string) Words {
	data, err := files.ReadFile(language + ".txt")
	if err != nil {
		panic(err) // it is embedded
	}
	w := Words{Language: language, texts: map[string]string{}}
	for line := range strings.Lines(string(data)) {
		key, text, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if ok && !strings.HasPrefix(key, "#") {
			w.texts[key] = text
		}
	}
	w.singular = strings.Fields(w.texts["singular"])
	return w
}
