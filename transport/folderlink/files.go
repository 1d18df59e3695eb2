package folderlink

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// place is a version of an item.
type place struct{ item, version int }

// files are the paths of versions, relative to the folder and with slashes.
type files map[place]string

// maxFiles bounds the text of files, in bytes, and maxPath one path: what systems open.
const (
	maxFiles = 256 << 20
	maxPath  = 4096
)

// isPath reports whether a path can be in the text.
func isPath(path string) bool {
	return len(path) <= maxPath && path != "." && fs.ValidPath(path) && utf8.ValidString(path) &&
		!strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == unicode.MaxASCII })
}

// encode returns the text, in the order of the collection.
func (f files) encode(c collection.Collection) (text []byte) {
	places := make([]place, 0, len(f))
	for p := range f {
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b place) int { return (a.item-b.item)*len(c.Ladder()) + a.version - b.version })
	for _, p := range places {
		id, _ := c.At(p.item)
		text = fmt.Appendf(text, "%s %d %s\n", id, p.version, f[p])
	}
	return text
}

// decodeFiles reads the text, for a collection. The error wraps transport.ErrMalformed, and names
// the line.
func decodeFiles(text []byte, c collection.Collection) (files, error) {
	f, n := files{}, 0
	for line := range strings.Lines(string(text)) {
		n++
		p, path, ok := decodeLine(line, c)
		if _, twice := f[p]; !ok || twice {
			return nil, transport.At(transport.ErrMalformed, fmt.Sprintf("line %d", n))
		}
		f[p] = path
	}
	return f, nil
}

func decodeLine(line string, c collection.Collection) (p place, path string, ok bool) {
	line, whole := strings.CutSuffix(line, "\n")
	words := strings.SplitN(line, " ", 3)
	if !whole || len(words) < 3 || !isPath(words[2]) {
		return p, "", false
	}
	var id collection.ItemID
	known := id.UnmarshalText([]byte(words[0])) == nil && id.String() == words[0]
	if known {
		p.item, known = c.Index(id)
	}
	version, err := strconv.Atoi(words[1])
	if !known || err != nil || strconv.Itoa(version) != words[1] || version < 0 || version >= len(c.Ladder()) {
		return p, "", false
	}
	p.version = version
	return p, words[2], true
}
