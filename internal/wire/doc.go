// Package wire reads and writes the subset of CBOR (RFC 8949) that Glimpse's
// documents are made of: unsigned integers, byte and text strings, arrays, maps
// and tags, all of definite length, in the core deterministic encoding of
// section 4.2.1. There is one encoding of a value, and the reader refuses every
// other one. Seals and keys have negative integers, too, which are only written.
//
// Whoever writes or reads the head of an item does it here: collections, uploads,
// and seals, for which package signature may import this one.
//
// It exists beside a general CBOR library because a collection is decoded
// without copying it: the reader hands out parts of its input, allocates
// nothing and knows the offset of what it refuses.
package wire
