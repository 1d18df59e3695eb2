package main

import (
	"google.golang.org/protobuf/proto"

	"github.com/glimpse-go/glimpse/internal/compare/pb"
)

// protobufColumns writes the ids as one field of bytes and the labels as
// another, one byte each: the least work that protobuf can be asked to do.
type protobufColumns struct{}

type columnsDocument struct{ *pb.Columns }

func (protobufColumns) name() string { return "protobuf-columns" }

func (protobufColumns) build(d *data) document {
	columns := &pb.Columns{
		Id: d.id[:], Author: d.author[:], Created: d.created, Title: d.title,
		Items: make([]byte, 0, 16*len(d.ids)), Missing: append([]byte{}, d.missing...),
	}
	for _, id := range d.recipients {
		columns.Recipients = append(columns.Recipients, id[:]...)
	}
	for _, id := range d.ids {
		columns.Items = append(columns.Items, id[:]...)
	}
	return columnsDocument{columns}
}

func (protobufColumns) encode(d document) ([]byte, error) {
	return proto.Marshal(d.(columnsDocument).Columns)
}

func (protobufColumns) decode(b []byte) (document, error) {
	columns := new(pb.Columns)
	return columnsDocument{columns}, proto.Unmarshal(b, columns)
}

func (c columnsDocument) size() int { return len(c.Missing) }

func (c columnsDocument) item(i int) ([16]byte, int) {
	return [16]byte(c.Items[16*i:]), int(c.Missing[i])
}

func (c columnsDocument) join(d document) {
	other := d.(columnsDocument).Missing
	for i := range c.Missing {
		c.Missing[i] = min(c.Missing[i], other[i])
	}
}
