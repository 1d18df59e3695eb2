package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// A vector is a test case as its file holds it.
type vector struct {
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Kind        string         `json:"kind"` // collection, update, endpoint or end
	Limits      map[string]int `json:"limits,omitempty"`
	Hex         *string        `json:"hex,omitempty"`
	Pieces      []piece        `json:"pieces,omitempty"` // instead of hex, of a large input
	Size        int            `json:"size,omitempty"`
	SHA256      string         `json:"sha256,omitempty"` // of the bytes that the pieces make
	Diagnostic  string         `json:"diagnostic"`
	Want        any            `json:"want,omitempty"`
	Validate    string         `json:"validate,omitempty"` // the error of what is accepted, when all ids are looked at
	Error       string         `json:"error,omitempty"`
}

// maxLiteral is how long an input may be to be written out in hexadecimal.
const maxLiteral = 16 << 10

// fill writes the input into v.
func (v *vector) fill(pieces []piece) {
	if b := expand(pieces); isLiteral(pieces) && len(b) <= maxLiteral {
		v.Hex = hexOf(b)
	} else {
		v.Pieces, v.Size, v.SHA256 = pieces, len(b), sum(b)
	}
}

func hexOf(b []byte) *string {
	s := hex.EncodeToString(b)
	return &s
}

// A suite collects vectors in the order in which their files are made.
type suite struct{ list []vector }

func (s *suite) add(v vector, n *node) {
	v.fill(n.encode())
	v.Diagnostic = n.diagnostic()
	s.list = append(s.list, v)
}

// good adds a collection that is accepted.
func (s *suite) good(name, description string, d *document) { s.within(name, description, nil, d) }

// within adds a collection that is accepted with limits.
func (s *suite) within(name, description string, limits map[string]int, d *document) {
	s.add(vector{Name: name, Description: description, Kind: "collection", Limits: limits, Want: d.want()}, d.node())
}

// suspect adds a collection that is accepted until all ids are looked at.
func (s *suite) suspect(name, description, err string, d *document) {
	s.add(vector{Name: name, Description: description, Kind: "collection", Want: d.want(), Validate: err}, d.node())
}

// bad adds a collection that is refused: change makes it so.
func (s *suite) bad(name, description, err string, d *document, change func(c *parts)) {
	s.over(name, description, err, nil, d, change)
}

// over adds a collection that is refused with limits.
func (s *suite) over(name, description, err string, limits map[string]int, d *document, change func(c *parts)) {
	c := d.parts()
	if change != nil {
		change(c)
	}
	s.add(vector{Name: name, Description: description, Kind: "collection", Limits: limits, Error: err}, c.all)
}

// short adds a collection of which only the first bytes are there.
func (s *suite) short(name, description string, d *document, left int) {
	n := d.node()
	b := expand(n.encode())
	if left < 0 {
		left += len(b)
	}
	v := vector{Name: name, Description: description, Kind: "collection", Hex: hexOf(b[:left]), Error: "ErrTruncated"}
	v.Diagnostic = n.diagnostic() + fmt.Sprintf(" / of which the first %d bytes of %d /", left, len(b))
	s.list = append(s.list, v)
}

// parts are the places of a collection's tree that vectors change.
type parts struct{ all, top, fixed, edition *node }

// parts returns the tree of d. An edition with nothing in it is one that is to
// be changed.
func (d *document) parts() *parts {
	c := &parts{all: d.node()}
	c.top = c.all.kids[0]
	c.fixed = c.top.field(1).kids[0]
	if held := c.top.field(2); held != nil {
		c.edition = held.kids[0]
	}
	return c
}

// claim is the i-th update, of which part is 0 for the labels, 1 for the issuer.
func (c *parts) claim(i int) *node { return c.top.field(5).kids[i] }

// json writes the file of v.
func (v *vector) json() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}
