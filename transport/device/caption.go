package device

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxCaption is how many bytes a caption may have: collection.Limits.Caption by
// default, and the most that the format has.
const maxCaption = 1 << 16

// maxExtension is how many bytes a file extension may have, the dot included, to
// be kept by a cut.
const maxExtension = 16

// Caption returns the caption of an item that is a file of this name, by which a
// person recognises the file: the name itself, where it is plain text. What it
// returns is always accepted as collection.Item.Caption, and is empty only if the
// name is. It never changes a caption of its own making.
//
// File systems allow names that are no text. Bytes that are not UTF-8 are read
// one by one as Windows-1252, which has Latin-1 in it, since most such names are
// older than UTF-8. Control characters become visible ones ("␊" for a new line),
// and so do line separators ("␤"); what turns the direction of writing, by
// which "gpj.exe" may be shown as "exe.jpg" (Unicode Standard Annex #9), becomes
// "�". A name of more than 65,536 bytes is cut before its extension.
//
// Different names may have the same caption, such as the two forms of "é" on the
// screen. Captions name nothing to the SDK, so that does no harm.
func Caption(name string) string {
	var b strings.Builder
	for len(name) > 0 {
		r, n := utf8.DecodeRuneInString(name)
		if r == utf8.RuneError && n == 1 {
			r = windows1252(name[0])
		}
		b.WriteRune(harmless(r))
		name = name[n:]
	}
	return cut(b.String(), maxCaption)
}

// harmless returns what stands for a character in a caption.
func harmless(r rune) rune {
	switch {
	case r < ' ':
		return '␀' + r
	case r == 0x7f:
		return '␡'
	case r == '\u2028', r == '\u2029', r == '\u0085':
		return '␤'
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r):
		return utf8.RuneError
	}
	return r
}

// windows1252 reads a byte of 0x80 or more by the WHATWG Encoding Standard's index
// for windows-1252; its five controls are handled like all controls.
func windows1252(b byte) rune {
	const upper = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	if b >= 0xa0 {
		return rune(b)
	}
	return []rune(upper)[b-0x80]
}

// cut shortens a text to n bytes. What goes stands before the extension and leaves
// an ellipsis there; no character is cut in two.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	ext := path.Ext(text)
	if len(ext) > maxExtension {
		ext = ""
	}
	end := n - len("…") - len(ext)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…" + ext
}
