package main

import (
	"bytes"

	"github.com/ipld/go-ipld-prime/codec/dagcbor"
	"github.com/ipld/go-ipld-prime/node/bindnode"
	"github.com/ipld/go-ipld-prime/schema"
	schemadmt "github.com/ipld/go-ipld-prime/schema/dmt"
	schemadsl "github.com/ipld/go-ipld-prime/schema/dsl"
)

const dagSchema = `
type Item struct {
	ID      Bytes (rename "id")
	Missing optional Int (rename "label")
}
type Collection struct {
	ID         Bytes (rename "id")
	Author     Bytes (rename "author")
	Created    Int (rename "created")
	Title      String (rename "title")
	Recipients [Bytes] (rename "recipients")
	Items      [Item] (rename "items")
}
`

// dagCBOR writes a list of maps, bound to Go structs by a schema.
type dagCBOR struct{ prototype schema.TypedPrototype }

type dagItem struct {
	ID      []byte
	Missing *int64
}

type dagDocument struct {
	ID, Author []byte
	Created    int64
	Title      string
	Recipients [][]byte
	Items      []dagItem
}

// newDagCBOR panics if the schema above is wrong.
func newDagCBOR() dagCBOR {
	parsed, err := schemadsl.ParseBytes([]byte(dagSchema))
	if err != nil {
		panic(err)
	}
	var types schema.TypeSystem
	types.Init()
	if err := schemadmt.Compile(&types, parsed); err != nil {
		panic(err)
	}
	return dagCBOR{bindnode.Prototype((*dagDocument)(nil), types.TypeByName("Collection"))}
}

func (dagCBOR) name() string { return "dag-cbor" }

func (dagCBOR) build(d *data) document {
	g := &dagDocument{
		ID: d.id[:], Author: d.author[:], Created: d.created, Title: d.title,
		Items: make([]dagItem, len(d.ids)),
	}
	for i := range d.recipients {
		g.Recipients = append(g.Recipients, d.recipients[i][:])
	}
	for i := range d.ids {
		g.Items[i].ID = d.ids[i][:]
		if d.missing[i] != 0 {
			missing := int64(d.missing[i])
			g.Items[i].Missing = &missing
		}
	}
	return g
}

func (p dagCBOR) encode(d document) ([]byte, error) {
	var b bytes.Buffer
	node := bindnode.Wrap(d.(*dagDocument), p.prototype.Type())
	err := dagcbor.Encode(node.Representation(), &b)
	return b.Bytes(), err
}

func (p dagCBOR) decode(b []byte) (document, error) {
	builder := p.prototype.Representation().NewBuilder()
	options := dagcbor.DecodeOptions{AllocationBudget: 1 << 40}
	if err := options.Decode(builder, bytes.NewReader(b)); err != nil {
		return nil, err
	}
	return bindnode.Unwrap(builder.Build()).(*dagDocument), nil
}

func (g *dagDocument) size() int { return len(g.Items) }

func (g *dagDocument) item(i int) ([16]byte, int) {
	if g.Items[i].Missing == nil {
		return [16]byte(g.Items[i].ID), 0
	}
	return [16]byte(g.Items[i].ID), int(*g.Items[i].Missing)
}

func (g *dagDocument) join(d document) {
	other := d.(*dagDocument).Items
	for i := range g.Items {
		a, b := &g.Items[i].Missing, other[i].Missing
		if *a != nil && (b == nil || *b < **a) {
			*a = b
		}
	}
}
