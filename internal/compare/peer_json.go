package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
)

// jsonPeer writes an array of objects, ids in hexadecimal.
type jsonPeer struct{}

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

func hexIDs(ids [][16]byte) []hexID {
	hs := make([]hexID, len(ids))
	for i, id := range ids {
		hs[i] = id
	}
	return hs
}

type jsonItem struct {
	ID      hexID `json:"id"`
	Missing uint8 `json:"label,omitempty"`
}

type jsonDocument struct {
	ID         hexID      `json:"id"`
	Author     hexID      `json:"author"`
	Created    int64      `json:"created"`
	Title      string     `json:"title"`
	Recipients []hexID    `json:"recipients"`
	Items      []jsonItem `json:"items"`
}

func (jsonPeer) name() string { return "json" }

func (jsonPeer) build(d *data) document {
	j := &jsonDocument{
		ID: d.id, Author: d.author, Created: d.created, Title: d.title,
		Recipients: hexIDs(d.recipients), Items: make([]jsonItem, len(d.ids)),
	}
	for i, id := range d.ids {
		j.Items[i] = jsonItem{id, d.missing[i]}
	}
	return j
}

func (jsonPeer) encode(d document) ([]byte, error) { return json.Marshal(d) }

func (jsonPeer) decode(b []byte) (document, error) {
	var j jsonDocument
	return &j, json.Unmarshal(b, &j)
}

func (j *jsonDocument) size() int { return len(j.Items) }

func (j *jsonDocument) item(i int) ([16]byte, int) {
	return j.Items[i].ID, int(j.Items[i].Missing)
}

func (j *jsonDocument) join(d document) {
	other := d.(*jsonDocument).Items
	for i := range j.Items {
		j.Items[i].Missing = min(j.Items[i].Missing, other[i].Missing)
	}
}
