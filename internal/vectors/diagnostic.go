package main

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxListed is how many kids diagnostic notation lists; of more it lists half as
// many.
const maxListed = 1024

// diagnostic writes n in CBOR diagnostic notation, RFC 8949 section 8 and RFC
// 8610 appendix G: << >> holds what a byte string encodes, _0 to _3 stand after
// an argument of 1, 2, 4 or 8 bytes that is not the shortest, (_ and [_ and {_
// begin an indefinite length. What it cannot say stands in a comment.
func (n *node) diagnostic() string {
	if n.verbatim != nil {
		return fmt.Sprintf("/ the bytes %x /", n.verbatim)
	}
	s := n.plain()
	if n.claimed != nil {
		s += fmt.Sprintf(" / its head claims %d /", *n.claimed)
	}
	return s
}

func (n *node) plain() string {
	wide := map[int]string{0: "", 1: "_0", 2: "_1", 4: "_2", 8: "_3"}[n.wide]
	open := wide
	if n.open {
		open = "_"
	}
	switch n.major {
	case unsigned:
		return strconv.FormatUint(n.arg, 10) + wide
	case negative:
		return "-" + strconv.FormatUint(n.arg+1, 10) + wide
	case array:
		return "[" + space(open) + n.list(", ", ", ") + "]"
	case mapping:
		return "{" + space(open) + n.list(": ", ", ") + "}"
	case tagged:
		return strconv.FormatUint(n.arg, 10) + wide + "(" + n.kids[0].diagnostic() + ")"
	case simple:
		return map[uint64]string{20: "false", 21: "true", 22: "null"}[n.arg]
	}
	if n.open {
		return "(_ " + n.str() + ")"
	}
	return n.str() + wide
}

func space(s string) string {
	if s == "" {
		return ""
	}
	return s + " "
}

// list writes the kids, parted in turn by two separators.
func (n *node) list(odd, even string) string {
	var b strings.Builder
	for i, kid := range n.kids {
		if len(n.kids) > maxListed && i == maxListed/2 {
			return b.String() + fmt.Sprintf(", ... / %d in all /", len(n.kids))
		}
		if i > 0 {
			b.WriteString(map[bool]string{true: odd, false: even}[i%2 == 1])
		}
		b.WriteString(kid.diagnostic())
	}
	return b.String()
}

func (n *node) str() string {
	if len(n.kids) > 0 {
		held := "<<" + n.list(", ", ", ") + ">>"
		if n.major == textStr {
			held += " / as a text string /"
		}
		return held
	}
	content := expand(n.pieces)
	switch {
	case !isLiteral(n.pieces) || len(content) > maxLiteral:
		return fmt.Sprintf("... / %d bytes /", len(content))
	case n.major == byteStr:
		return "h'" + hex.EncodeToString(content) + "'"
	case !utf8.Valid(content):
		return fmt.Sprintf("\"...\" / the bytes %x, which are not UTF-8 /", content)
	}
	return strconv.Quote(string(content))
}
