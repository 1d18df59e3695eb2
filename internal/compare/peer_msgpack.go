package main

import "github.com/vmihailenco/msgpack/v5"

// msgpackPeer writes an array of maps with short names.
type msgpackPeer struct{}

type msgpackItem struct {
	ID      [16]byte `msgpack:"id"`
	Missing uint8    `msgpack:"label,omitempty"`
}

type msgpackDocument struct {
	ID         [16]byte      `msgpack:"id"`
	Author     [16]byte      `msgpack:"author"`
	Created    int64         `msgpack:"created"`
	Title      string        `msgpack:"title"`
	Recipients [][16]byte    `msgpack:"recipients"`
	Items      []msgpackItem `msgpack:"items"`
}

func (msgpackPeer) name() string { return "msgpack" }

func (msgpackPeer) build(d *data) document {
	m := &msgpackDocument{
		ID: d.id, Author: d.author, Created: d.created, Title: d.title,
		Recipients: d.recipients, Items: make([]msgpackItem, len(d.ids)),
	}
	for i, id := range d.ids {
		m.Items[i] = msgpackItem{id, d.missing[i]}
	}
	return m
}

func (msgpackPeer) encode(d document) ([]byte, error) { return msgpack.Marshal(d) }

func (msgpackPeer) decode(b []byte) (document, error) {
	var m msgpackDocument
	return &m, msgpack.Unmarshal(b, &m)
}

func (m *msgpackDocument) size() int { return len(m.Items) }

func (m *msgpackDocument) item(i int) ([16]byte, int) {
	return m.Items[i].ID, int(m.Items[i].Missing)
}

func (m *msgpackDocument) join(d document) {
	other := d.(*msgpackDocument).Items
	for i := range m.Items {
		m.Items[i].Missing = min(m.Items[i].Missing, other[i].Missing)
	}
}
