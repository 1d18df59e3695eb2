package main

import (
	"google.golang.org/protobuf/proto"

	"github.com/glimpse-go/glimpse/internal/compare/pb"
)

// protobufRows writes one message per item.
type protobufRows struct{}

type rowsDocument struct{ *pb.Rows }

func (protobufRows) name() string { return "protobuf-rows" }

func (protobufRows) build(d *data) document {
	rows := &pb.Rows{
		Id: d.id[:], Author: d.author[:], Created: d.created, Title: d.title,
		Items: make([]*pb.Item, len(d.ids)),
	}
	for i := range d.recipients {
		rows.Recipients = append(rows.Recipients, d.recipients[i][:])
	}
	for i := range d.ids {
		rows.Items[i] = &pb.Item{Id: d.ids[i][:], Missing: uint32(d.missing[i])}
	}
	return rowsDocument{rows}
}

func (protobufRows) encode(d document) ([]byte, error) {
	return proto.Marshal(d.(rowsDocument).Rows)
}

func (protobufRows) decode(b []byte) (document, error) {
	rows := new(pb.Rows)
	return rowsDocument{rows}, proto.Unmarshal(b, rows)
}

func (r rowsDocument) size() int { return len(r.Items) }

func (r rowsDocument) item(i int) ([16]byte, int) {
	return [16]byte(r.Items[i].Id), int(r.Items[i].Missing)
}

func (r rowsDocument) join(d document) {
	other := d.(rowsDocument).Items
	for i, item := range r.Items {
		item.Missing = min(item.Missing, other[i].Missing)
	}
}
