package main

import (
	"bytes"
	"encoding/binary"
	"sort"
)

const tag = 0x676c696d // "glim"

// The kinds.
const (
	flag = iota
	boolean
	degree
)

var kindNames = []string{"flag", "boolean", "degree"}

// Levels of a rank.
const (
	complete  = 14
	withdrawn = 15
)

// removedPreview is the length of a preview that was removed.
const removedPreview = 33

// rank is the number of a generation and a level.
func rank(generation, level uint32) uint32 { return 16*generation + level }

// A document is a collection as its fields say it.
type document struct {
	id, author, authority     []byte
	created                   uint64
	kind                      uint64
	ladder                    []version // nil = the default ladder
	items                     []piece
	n                         int
	recipients, addresses     [][]byte
	completers, subs          [][]byte
	replaces                  [][]byte
	number                    uint64
	title                     string
	captions                  map[int]string
	types                     []string // of each item
	metadata                  []entry  // in the order of the encoded keys
	hints                     hints
	digests                   map[int][]piece
	previews                  previews
	authorSeal, authoritySeal seal
	updates                   []update
	resolutions, acceptances  []resolution
	ends                      []seal
}

type version struct {
	Name   string `json:"name"`
	Pixels uint64 `json:"pixels"`
}

// previews are the lengths of previews, one of each item, and their bytes.
type previews struct {
	lengths  []uint32
	pictures []piece
}

type entry struct{ key, value string }

type hints struct {
	PerPage    uint64 `json:"per_page,omitempty"`
	Cover      string `json:"cover,omitempty"`
	Background string `json:"background,omitempty"`
	Border     string `json:"border,omitempty"`
}

type seal struct {
	issued uint64
	bytes  []byte
	key    []byte // that the bytes name, if they do
}

type update struct {
	ranks  []uint32
	issuer []byte // empty = the authority
	seal   seal
}

type resolution struct {
	address, user []byte
	seal          seal
}

var defaultLadder = []version{{"thumbnail", 160 * 120}, {"screen", 640 * 480}, {"original", 0}}

// node writes the collection.
func (d *document) node() *node {
	m := mapNode()
	m.set(1, holding(d.fixed()))
	if edition := d.edition(); len(edition.kids) > 0 {
		m.set(2, holding(edition))
	}
	for key, s := range map[uint64]seal{3: d.authorSeal, 4: d.authoritySeal} {
		if len(s.bytes) > 0 {
			m.set(key, arrayNode(uintNode(s.issued), bytesNode(s.bytes...)))
		}
	}
	if len(d.updates) > 0 {
		m.set(5, arrayNode(d.claims()...))
	}
	for key, resolutions := range [][]resolution{6: d.resolutions, 7: d.acceptances} {
		if len(resolutions) > 0 {
			list := arrayNode()
			for _, r := range resolutions {
				list.kids = append(list.kids, arrayNode(bytesNode(r.address...), bytesNode(r.user...), uintNode(r.seal.issued), bytesNode(r.seal.bytes...)))
			}
			m.set(uint64(key), list)
		}
	}
	if len(d.ends) > 0 {
		list := arrayNode()
		for _, s := range d.ends {
			list.kids = append(list.kids, arrayNode(uintNode(s.issued), bytesNode(s.bytes...)))
		}
		m.set(8, list)
	}
	return tagNode(tag, m)
}

// sorted returns the updates ascending by issuer, then by key.
func (d *document) sorted() []update {
	list := append([]update{}, d.updates...)
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if order := bytes.Compare(a.issuer, b.issuer); order != 0 {
			return order < 0
		}
		return bytes.Compare(a.seal.key, b.seal.key) < 0
	})
	return list
}

// claims writes the updates in their order.
func (d *document) claims() []*node {
	var claims []*node
	for _, u := range d.sorted() {
		claims = append(claims, arrayNode(labelsNode(u.ranks), bytesNode(u.issuer...), uintNode(u.seal.issued), bytesNode(u.seal.bytes...)))
	}
	return claims
}

func (d *document) fixed() *node {
	m := mapNode()
	m.set(1, bytesNode(d.id...))
	m.set(2, bytesNode(d.author...))
	if d.created > 0 {
		m.set(3, uintNode(d.created))
	}
	if d.kind != flag {
		m.set(4, uintNode(d.kind))
	}
	if d.ladder != nil {
		ladder := arrayNode()
		for _, v := range d.ladder {
			ladder.kids = append(ladder.kids, arrayNode(textNode(v.Name), uintNode(v.Pixels)))
		}
		m.set(5, ladder)
	}
	if d.n > 0 {
		m.set(6, piecesNode(d.items...))
	}
	for key, set := range map[uint64][][]byte{7: d.recipients, 8: d.addresses, 9: d.completers, 11: d.subs, 12: d.replaces} {
		if len(set) > 0 {
			m.set(key, bytesNode(bytes.Join(set, nil)...))
		}
	}
	if len(d.authority) > 0 {
		m.set(10, bytesNode(d.authority...))
	}
	return m
}

func (d *document) edition() *node {
	m := mapNode()
	if d.number > 0 {
		m.set(1, uintNode(d.number))
	}
	if d.title != "" {
		m.set(2, textNode(d.title))
	}
	if len(d.captions) > 0 {
		m.set(3, d.captionsNode())
	}
	if len(d.types) > 0 {
		m.set(4, d.typesNode())
	}
	if len(d.metadata) > 0 {
		entries := mapNode()
		for _, e := range d.metadata {
			entries.kids = append(entries.kids, textNode(e.key), textNode(e.value))
		}
		m.set(5, entries)
	}
	if d.hints != (hints{}) {
		m.set(6, d.hints.node())
	}
	if len(d.digests) > 0 {
		columns := mapNode()
		for v, column := range d.digests {
			columns.set(uint64(v), piecesNode(column...))
		}
		m.set(7, columns)
	}
	if len(d.previews.lengths) > 0 {
		m.set(8, d.previews.node())
	}
	return m
}

func (d *document) captionsNode() *node {
	var items, ends, text []byte
	for i := 0; i < d.n; i++ {
		if c := d.captions[i]; c != "" {
			text = append(text, c...)
			items = binary.BigEndian.AppendUint32(items, uint32(i))
			ends = binary.BigEndian.AppendUint32(ends, uint32(len(text)))
		}
	}
	return arrayNode(bytesNode(items...), bytesNode(ends...), textNode(string(text)))
}

// typesNode numbers the media types in ascending order, and packs the numbers.
func (d *document) typesNode() *node {
	names := append([]string{}, d.types...)
	sort.Strings(names)
	number := map[string]uint32{}
	var named []string
	for _, name := range names {
		if _, has := number[name]; !has {
			number[name] = uint32(len(named))
			named = append(named, name)
		}
	}
	values := make([]uint32, d.n)
	for i, name := range d.types {
		values[i] = number[name]
	}
	return packed(values, func(v uint32) *node { return textNode(named[v]) })
}

func (p previews) node() *node {
	n := packed(p.lengths, func(v uint32) *node { return uintNode(uint64(v)) })
	n.kids = append(n.kids, piecesNode(p.pictures...))
	return n
}

func (h hints) node() *node {
	m := mapNode()
	if h.PerPage > 0 {
		m.set(1, uintNode(h.PerPage))
	}
	if h.Cover != "" {
		m.set(2, bytesNode(unhex(h.Cover)...))
	}
	if h.Background != "" {
		m.set(3, bytesNode(unhex(h.Background)...))
	}
	if h.Border != "" {
		m.set(4, textNode(h.Border))
	}
	return m
}
