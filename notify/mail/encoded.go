package mail

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// How long the words of a header may be, encoded ones (RFC 2047, section 2) and others.
const (
	maxEncoded = 45 // bytes before base64
	maxWord    = 60
)

// encoded is a text as it stands in a header: as it is where that is short words of ASCII, and
// otherwise in words that are encoded (RFC 2047), as well where it looks like such words.
func encoded(text string) string {
	if plain(text) {
		return text
	}
	var out []string
	for text != "" {
		piece := cut(text, maxEncoded)
		text = text[len(piece):]
		out = append(out, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(piece))+"?=")
	}
	return strings.Join(out, " ")
}

func plain(text string) bool {
	if strings.Contains(text, "=?") || strings.Contains(text, "  ") {
		return false
	}
	for word := range strings.SplitSeq(text, " ") {
		if len(word) > maxWord || strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return false
		}
	}
	return true
}

// cut returns the beginning of a text of at most so many bytes, in whole characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
