package main

import "encoding/xml"

// xmlPeer writes the XML of the idea's first days: one element per item, the
// label an attribute that complete items do not have.
type xmlPeer struct{}

type xmlItem struct {
	ID      hexID `xml:"id,attr"`
	Missing uint8 `xml:"label,attr,omitempty"`
}

type xmlDocument struct {
	XMLName    xml.Name  `xml:"collection"`
	ID         hexID     `xml:"id,attr"`
	Author     hexID     `xml:"author,attr"`
	Created    int64     `xml:"created,attr"`
	Title      string    `xml:"title,attr"`
	Recipients []hexID   `xml:"recipient"`
	Items      []xmlItem `xml:"item"`
}

func (xmlPeer) name() string { return "xml" }

func (xmlPeer) build(d *data) document {
	x := &xmlDocument{
		ID: d.id, Author: d.author, Created: d.created, Title: d.title,
		Recipients: hexIDs(d.recipients), Items: make([]xmlItem, len(d.ids)),
	}
	for i, id := range d.ids {
		x.Items[i] = xmlItem{id, d.missing[i]}
	}
	return x
}

func (xmlPeer) encode(d document) ([]byte, error) { return xml.Marshal(d) }

func (xmlPeer) decode(b []byte) (document, error) {
	var x xmlDocument
	return &x, xml.Unmarshal(b, &x)
}

func (x *xmlDocument) size() int { return len(x.Items) }

func (x *xmlDocument) item(i int) ([16]byte, int) {
	return x.Items[i].ID, int(x.Items[i].Missing)
}

func (x *xmlDocument) join(d document) {
	other := d.(*xmlDocument).Items
	for i := range x.Items {
		x.Items[i].Missing = min(x.Items[i].Missing, other[i].Missing)
	}
}
