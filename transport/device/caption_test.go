package device_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/device"
)

func TestCaption(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"plain":                {"DSC04711.JPG", "DSC04711.JPG"},
		"empty":                {"", ""},
		"other scripts":        {"Ünïcode 写真 صورة 👩‍👩‍👧.jpg", "Ünïcode 写真 صورة 👩‍👩‍👧.jpg"},
		"NFC":                  {"caf\u00e9.jpg", "caf\u00e9.jpg"},
		"NFD":                  {"cafe\u0301.jpg", "cafe\u0301.jpg"},
		"narrow space":         {"Screenshot 9.41\u202fAM.png", "Screenshot 9.41\u202fAM.png"},
		"Latin-1":              {"caf\xe9 \xdcbung.jpg", "café Übung.jpg"},
		"Windows-1252":         {"\x93Urlaub\x94 \x80 5.jpg", "“Urlaub” € 5.jpg"},
		"undefined there":      {"a\x81b.jpg", "a�b.jpg"},
		"Latin-1 below UTF-8":  {"Größe/caf\xe9.jpg", "Größe/café.jpg"},
		"half a character":     {"caf\xc3", "cafÃ"},
		"surrogates":           {"\xed\xa0\x80.jpg", "í\u00a0€.jpg"},
		"new line":             {"a\nb\r.jpg", "a␊b␍.jpg"},
		"other line ends":      {"a\u2028b\u2029c\u0085d", "a␤b␤c␤d"},
		"terminal":             {"evil\x1b[2J\x7f.jpg", "evil␛[2J␡.jpg"},
		"zero":                 {"a\x00b", "a␀b"},
		"C1 control":           {"a\u009bb", "a�b"},
		"right to left":        {"photo\u202egpj.exe", "photo�gpj.exe"},
		"isolates and marks":   {"\u2066a\u2069\u200f\u061c", "�a���"},
		"255 bytes of Latin-1": {strings.Repeat("\xe9", 251) + ".jpg", strings.Repeat("é", 251) + ".jpg"},
		"nothing but a space":  {" ", " "},
	} {
		if got := device.Caption(c.file); got != c.want {
			t.Errorf("%s: %q instead of %q", name, got, c.want)
		}
	}
}

// A name that is too long keeps its extension, and no character is cut in two.
func TestLongCaption(t *testing.T) {
	for name, c := range map[string]struct{ file, end string }{
		"just fits":            {strings.Repeat("a", 65_532) + ".jpg", "aaa.jpg"},
		"one too many":         {strings.Repeat("a", 65_533) + ".jpg", "a….jpg"},
		"wide characters":      {strings.Repeat("写", 65_000) + ".heic", "写….heic"},
		"grows by its reading": {strings.Repeat("\xe9", 65_000) + ".jpg", "é….jpg"},
		"no extension":         {strings.Repeat("é", 65_000), "é…"},
		"long extension":       {"a." + strings.Repeat("b", 70_000), "b…"},
	} {
		got := device.Caption(c.file)
		if !strings.HasSuffix(got, c.end) || len(got) > 65_536 || len(got) < 65_530 || !utf8.ValidString(got) {
			t.Errorf("%s: %d bytes that end in %q", name, len(got), got[len(got)-20:])
		}
	}
}

// taken makes a collection with a caption, and reads it as others do.
func taken(t *testing.T, caption string) string {
	t.Helper()
	h := collection.Header{ID: collection.ID{1}, Author: collection.UserID{1}}
	c, err := collection.New(h, collection.Body{Items: []collection.Item{{ID: collection.ItemID{1}, Caption: caption}}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if c, err = collection.Decode(data); err != nil {
		t.Fatal(err)
	}
	return c.Item(0).Caption
}

func FuzzCaption(f *testing.F) {
	for _, name := range []string{"", "a.jpg", "caf\xe9.jpg", "a\nb", "\u202egpj.exe", "\x81", strings.Repeat("\xe9", 40_000) + ".x"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		caption := device.Caption(name)
		if (caption == "") != (name == "") || len(caption) > 1<<16 {
			t.Fatalf("%d bytes became %d", len(name), len(caption))
		}
		if strings.ContainsFunc(caption, unicode.IsControl) || strings.ContainsFunc(caption, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }) {
			t.Fatalf("%q has control characters", caption)
		}
		if device.Caption(caption) != caption {
			t.Fatalf("%q is changed", caption)
		}
		if got := taken(t, caption); got != caption {
			t.Fatalf("%q is read as %q", caption, got)
		}
	})
}
