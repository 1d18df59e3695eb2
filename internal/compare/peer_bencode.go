package main

import "github.com/anacrolix/torrent/bencode"

// bencodePeer writes a list of dictionaries.
type bencodePeer struct{}

type bencodeItem struct {
	ID      [16]byte `bencode:"id"`
	Missing uint8    `bencode:"label,omitempty"`
}

type bencodeDocument struct {
	Author     [16]byte      `bencode:"author"`
	Created    int64         `bencode:"created"`
	ID         [16]byte      `bencode:"id"`
	Items      []bencodeItem `bencode:"items"`
	Recipients [][16]byte    `bencode:"recipients"`
	Title      string        `bencode:"title"`
}

func (bencodePeer) name() string { return "bencode" }

func (bencodePeer) build(d *data) document {
	b := &bencodeDocument{
		ID: d.id, Author: d.author, Created: d.created, Title: d.title,
		Recipients: d.recipients, Items: make([]bencodeItem, len(d.ids)),
	}
	for i, id := range d.ids {
		b.Items[i] = bencodeItem{id, d.missing[i]}
	}
	return b
}

func (bencodePeer) encode(d document) ([]byte, error) { return bencode.Marshal(d) }

func (bencodePeer) decode(b []byte) (document, error) {
	var d bencodeDocument
	return &d, bencode.Unmarshal(b, &d)
}

func (b *bencodeDocument) size() int { return len(b.Items) }

func (b *bencodeDocument) item(i int) ([16]byte, int) {
	return b.Items[i].ID, int(b.Items[i].Missing)
}

func (b *bencodeDocument) join(d document) {
	other := d.(*bencodeDocument).Items
	for i := range b.Items {
		b.Items[i].Missing = min(b.Items[i].Missing, other[i].Missing)
	}
}
