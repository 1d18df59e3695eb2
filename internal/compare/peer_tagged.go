package main

import (
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"

	"github.com/anacrolix/torrent/bencode"
	"github.com/fxamacker/cbor/v2"
	"github.com/vmihailenco/msgpack/v5"
)

var cborDecode, _ = cbor.DecOptions{MaxArrayElements: 1 << 24}.DecMode()

// The peers whose libraries go by the tags of a struct: one record per item, in XML
// an element whose label is an attribute that complete items do not have. Texts
// write ids in hexadecimal.
var (
	cborPeer    = tagged[[16]byte]{"cbor", cbor.Marshal, cborDecode.Unmarshal}
	msgpackPeer = tagged[[16]byte]{"msgpack", msgpack.Marshal, msgpack.Unmarshal}
	bencodePeer = tagged[[16]byte]{"bencode", bencode.Marshal, bencode.Unmarshal}
	jsonPeer    = tagged[hexID]{"json", json.Marshal, json.Unmarshal}
	xmlPeer     = tagged[hexID]{"xml", xml.Marshal, xml.Unmarshal}
)

// tagged is a peer that writes ids as ID.
type tagged[ID ~[16]byte] struct {
	codec     string
	marshal   func(any) ([]byte, error)
	unmarshal func([]byte, any) error
}

type taggedItem[ID ~[16]byte] struct {
	ID      ID    `cbor:"1,keyasint" msgpack:"id" bencode:"id" json:"id" xml:"id,attr"`
	Missing uint8 `cbor:"2,keyasint,omitempty" msgpack:"label,omitempty" bencode:"label,omitempty" json:"label,omitempty" xml:"label,attr,omitempty"`
}

type taggedDocument[ID ~[16]byte] struct {
	XMLName    struct{}         `cbor:"-" msgpack:"-" bencode:"-" json:"-" xml:"collection"`
	ID         ID               `cbor:"1,keyasint" msgpack:"id" bencode:"id" json:"id" xml:"id,attr"`
	Author     ID               `cbor:"2,keyasint" msgpack:"author" bencode:"author" json:"author" xml:"author,attr"`
	Created    int64            `cbor:"3,keyasint" msgpack:"created" bencode:"created" json:"created" xml:"created,attr"`
	Title      string           `cbor:"4,keyasint" msgpack:"title" bencode:"title" json:"title" xml:"title,attr"`
	Recipients []ID             `cbor:"5,keyasint" msgpack:"recipients" bencode:"recipients" json:"recipients" xml:"recipient"`
	Items      []taggedItem[ID] `cbor:"6,keyasint" msgpack:"items" bencode:"items" json:"items" xml:"item"`
}

func (p tagged[ID]) name() string { return p.codec }

func (p tagged[ID]) build(d *data) document {
	t := &taggedDocument[ID]{
		ID: d.id, Author: d.author, Created: d.created, Title: d.title,
		Recipients: make([]ID, len(d.recipients)), Items: make([]taggedItem[ID], len(d.ids)),
	}
	for i, id := range d.recipients {
		t.Recipients[i] = id
	}
	for i, id := range d.ids {
		t.Items[i] = taggedItem[ID]{id, d.missing[i]}
	}
	return t
}

func (p tagged[ID]) encode(d document) ([]byte, error) { return p.marshal(d) }

func (p tagged[ID]) decode(b []byte) (document, error) {
	var t taggedDocument[ID]
	return &t, p.unmarshal(b, &t)
}

func (t *taggedDocument[ID]) size() int { return len(t.Items) }

func (t *taggedDocument[ID]) item(i int) ([16]byte, int) {
	return t.Items[i].ID, int(t.Items[i].Missing)
}

func (t *taggedDocument[ID]) join(d document) {
	other := d.(*taggedDocument[ID]).Items
	for i := range t.Items {
		t.Items[i].Missing = min(t.Items[i].Missing, other[i].Missing)
	}
}

// hexID is an id as JSON and XML write it.
type hexID [16]byte

var errHexID = errors.New("an id has 32 hexadecimal digits")

func (h hexID) AppendText(b []byte) ([]byte, error) { return hex.AppendEncode(b, h[:]), nil }

func (h hexID) MarshalText() ([]byte, error) { return h.AppendText(nil) }

func (h *hexID) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) {
		return errHexID
	}
	_, err := hex.Decode(h[:], text)
	return err
}
