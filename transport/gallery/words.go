package gallery

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"path"
	"strings"

	"golang.org/x/text/language"
)

//go:embed words
var wordFiles embed.FS

// languages are those of the message files: words/LANGUAGE/AREA.json, from keys to texts with
// places such as {name}. A key that depends on a number n is there for each plural category of
// CLDR: items.one, items.other.
var languages = []language.Tag{language.English, language.German, language.French}

var matcher = language.NewMatcher(languages)

// words are the texts of one language.
type words struct {
	Language string
	texts    map[string]string
	JSON     template.JS // for scripts
}

// loadWords reads the message files.
func loadWords() (map[language.Tag]words, error) {
	all := map[language.Tag]words{}
	for _, tag := range languages {
		w := words{Language: tag.String(), texts: map[string]string{}}
		files, err := wordFiles.ReadDir("words/" + w.Language)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			data, err := wordFiles.ReadFile(path.Join("words", w.Language, f.Name()))
			if err != nil {
				return nil, err
			}
			if err := json.Unmarshal(data, &w.texts); err != nil {
				return nil, fmt.Errorf("gallery: words/%s/%s: %w", w.Language, f.Name(), err)
			}
		}
		data, err := json.Marshal(w.texts) // which writes < as <
		if err != nil {
			return nil, err
		}
		w.JSON = template.JS(data)
		all[tag] = w
	}
	return all, nil
}

// Say is a text, with pairs of a place's name and what stands there.
func (w words) Say(key string, pairs ...any) string {
	text, ok := w.texts[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return text
}

// Count is a text about a number n, of the plural category that fits: in these languages one
// is 1 or, in French, 0, too (CLDR).
func (w words) Count(key string, n int) string {
	category := ".other"
	if n == 1 || n == 0 && w.Language == "fr" {
		category = ".one"
	}
	return w.Say(key+category, "n", n)
}
