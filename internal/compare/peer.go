package main

// peer is another encoding of the same collection.
type peer interface {
	name() string
	build(*data) document              // the form its library works on
	encode(document) ([]byte, error)   // what build or decode gave
	decode(b []byte) (document, error) // never keeps b
}

// document is a collection in the form that a peer's library decodes into.
type document interface {
	size() int
	item(i int) (id [16]byte, missing int)
	// join lowers the number of missing versions of each item to that of the
	// other document, which has the same items in the same order.
	join(document)
}

// peers lists every encoding that is compared, in the order of the table.
func peers() []peer {
	return []peer{
		cborPeer, protobufRows{}, protobufColumns{}, msgpackPeer,
		newDagCBOR(), bencodePeer, jsonPeer, xmlPeer,
	}
}

// rowWise tells the peers that write one record per item.
func rowWise(name string) bool { return name != protobufColumns{}.name() }

// index is the Go map that a program on top of a peer looks items up with.
func index(d document) map[[16]byte]int32 {
	m := make(map[[16]byte]int32, d.size())
	for i := range d.size() {
		id, _ := d.item(i)
		m[id] = int32(i)
	}
	return m
}
