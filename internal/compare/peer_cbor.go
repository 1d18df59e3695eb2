package main

import "github.com/fxamacker/cbor/v2"

// cborPeer writes an array of maps with integer keys.
type cborPeer struct{}

type cborItem struct {
	ID      [16]byte `cbor:"1,keyasint"`
	Missing uint8    `cbor:"2,keyasint,omitempty"`
}

type cborDocument struct {
	ID         [16]byte   `cbor:"1,keyasint"`
	Author     [16]byte   `cbor:"2,keyasint"`
	Created    int64      `cbor:"3,keyasint"`
	Title      string     `cbor:"4,keyasint"`
	Recipients [][16]byte `cbor:"5,keyasint"`
	Items      []cborItem `cbor:"6,keyasint"`
}

var cborDecode, _ = cbor.DecOptions{MaxArrayElements: 1 << 24}.DecMode()

func (cborPeer) name() string { return "cbor" }

func (cborPeer) build(d *data) document {
	c := &cborDocument{
		ID: d.id, Author: d.author, Created: d.created, Title: d.title,
		Recipients: d.recipients, Items: make([]cborItem, len(d.ids)),
	}
	for i, id := range d.ids {
		c.Items[i] = cborItem{id, d.missing[i]}
	}
	return c
}

func (cborPeer) encode(d document) ([]byte, error) { return cbor.Marshal(d) }

func (cborPeer) decode(b []byte) (document, error) {
	var c cborDocument
	return &c, cborDecode.Unmarshal(b, &c)
}

func (c *cborDocument) size() int { return len(c.Items) }

func (c *cborDocument) item(i int) ([16]byte, int) {
	return c.Items[i].ID, int(c.Items[i].Missing)
}

func (c *cborDocument) join(d document) {
	other := d.(*cborDocument).Items
	for i := range c.Items {
		c.Items[i].Missing = min(c.Items[i].Missing, other[i].Missing)
	}
}
