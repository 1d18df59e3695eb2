package gallery_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// composed are the keys that scripts and pages put together: what stands there in the place of
// each *, from left to right.
var composed = map[string][]string{
	"album.*":            {"gone", "ended", "unreachable"},
	"album.*.text":       {"gone", "ended", "unreachable"},
	"album.of.*":         {"photo", "film", "document"},
	"author.failed.*":    {"station", "offline", "signin", "key", "large", "differs", "ended", "conflict", "hub", "quota", "other"},
	"author.home.*":      {"tls", "http", "nobody"},
	"join.*":             {"tls", "http"},
	"keys.*":             {"device", "peer"},
	"label.*.lift":       {"withdrawn", "forbidden", "unreachable", "unverified"},
	"label.*.short":      {"pending", "withdrawn", "forbidden", "unreachable", "unverified"},
	"label.*.what.*":     {"pending", "withdrawn", "forbidden", "unreachable", "unverified", "photo", "film", "document"},
	"label.*.why":        {"withdrawn", "forbidden", "unreachable", "unverified"},
	"original.*":         {"pending", "withdrawn", "ended", "forbidden", "station", "nobody", "tls", "http", "false", "room"},
	"session.channel.*":  {"mail", "xmpp", "webhook"},
	"session.channels.*": {"address", "out", "quota", "unreachable"},
	"session.*.text":     {"403", "404", "410", "503", "other", "link.over"},
	"session.*.title":    {"403", "404", "410", "503", "other", "link.over"},
	"view.*":             {"close", "left", "right", "in", "out"},
	"vouch.*":            {"author", "both", "hub", "unknown", "revoked", "altered", "changed", "stale"},
}

// texts are those of a language.
func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	all := map[string]string{}
	files, err := filepath.Glob("words/" + language + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(language, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		area := map[string]string{}
		if err := json.Unmarshal(data, &area); err != nil {
			t.Fatal(name, err)
		}
		if n := strings.Count(string(data), "\n  \""); n != len(area) {
			t.Errorf("%s has %d lines of texts, and %d keys", name, n, len(area))
		}
		for key, text := range area {
			if _, twice := all[key]; twice {
				t.Errorf("%s: %s is there already", name, key)
			}
			all[key] = text
		}
	}
	return all
}

var place = regexp.MustCompile(`\{\w+\}`)

// TestWordsInAllLanguages: each text is there in each language, with the same places, and what
// depends on a number for each plural category.
func TestWordsInAllLanguages(t *testing.T) {
	english := texts(t, "en")
	for _, language := range []string{"en", "de", "fr"} {
		here := texts(t, language)
		for key := range here {
			if _, ok := english[key]; !ok {
				t.Errorf("%s: nobody else says %s", language, key)
			}
		}
		for key, text := range english {
			said, ok := here[key]
			if !ok || (said == "") != (text == "") {
				t.Errorf("%s does not say %s", language, key)
			}
			if got, want := placesIn(said), placesIn(text); !slices.Equal(got, want) {
				t.Errorf("%s: %s has %v in the place of %v", language, key, got, want)
			}
			base, other := strings.CutSuffix(key, ".other")
			if one, is := strings.CutSuffix(key, ".one"); is && here[one+".other"] == "" ||
				other && strings.Contains(text, "{n}") && here[base+".one"] == "" {
				t.Errorf("%s: %s is alone among its plural categories", language, key)
			}
		}
	}
}

func placesIn(text string) []string {
	return slices.Compact(slices.Sorted(slices.Values(place.FindAllString(text, -1))))
}

var (
	// literal is a key as scripts, pages and programs have it, whole or with its end to be composed.
	literal = regexp.MustCompile("['\"]((?:gallery|items|(?:album|albums|label|wish|view|act|author|session|join|original|keys|vouch)\\.[\\w.]*))['\"]")
	// template is one with places.
	template = regexp.MustCompile("`((?:album|label|author|session|join|original|keys|vouch)\\.[\\w.${}()]*[$][^`]*)`")
	// summed is one of two or three parts.
	summed = regexp.MustCompile(`['"]([a-z]+\.(?:\w+\.)*)['"] ?\+ ?\w[^,'")+]*(?:\+ ?['"]((?:\.\w+)+)['"])?`)
	// end is what is put behind keys that stand elsewhere in the same file.
	end  = regexp.MustCompile(`\w ?\+ ?'(\.\w+)'`)
	hole = regexp.MustCompile(`\$\{[^}]*\}`)
)

// TestWordsAreUsed: each text that is used is there, and each that is there is used.
func TestWordsAreUsed(t *testing.T) {
	there := map[string]bool{}
	for key := range texts(t, "en") {
		there[key] = true
	}
	used := map[string]bool{}
	uses := func(where, key string) {
		known := false
		for _, k := range []string{key, key + ".one", key + ".other"} {
			known = known || there[k]
			used[k] = true
		}
		if !known {
			t.Errorf("%s uses %s, which no file says", where, key)
		}
	}
	for where, source := range sources(t) {
		for _, m := range summed.FindAllStringSubmatch(source, -1) {
			composes(t, where, m[1]+"*"+m[2], uses)
		}
		for _, m := range template.FindAllStringSubmatch(source, -1) {
			composes(t, where, hole.ReplaceAllString(m[1], "*"), uses)
		}
		for _, m := range literal.FindAllStringSubmatch(source, -1) {
			if !strings.HasSuffix(m[1], ".") && !strings.HasSuffix(m[1], ".js") {
				uses(where, m[1])
			}
			for _, e := range end.FindAllStringSubmatch(source, -1) {
				used[m[1]+e[1]] = true
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(there)) {
		if !used[key] {
			t.Errorf("nobody uses %s", key)
		}
	}
}

// composes uses all that a composed key stands for.
func composes(t *testing.T, where, key string, uses func(where, key string)) {
	parts, ok := composed[key]
	if !ok {
		t.Errorf("%s composes %s: say in this test what stands there", where, key)
	}
	if key == "label.*.what.*" {
		for _, standing := range parts[:5] {
			for _, sort := range parts[5:] {
				uses(where, "label."+standing+".what."+sort)
			}
		}
		return
	}
	for _, part := range parts {
		uses(where, strings.Replace(key, "*", part, 1))
	}
}

// sources are the files that say something, by their names.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.go", "pages/*.html", "js/app/*.js", "js/app/*/*.js"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			if data, err := os.ReadFile(name); err != nil {
				t.Fatal(err)
			} else if !strings.HasSuffix(name, "_test.go") {
				all[name] = string(data)
			}
		}
	}
	return all
}
