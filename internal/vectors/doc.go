// Command vectors writes the test vectors of the packages collection, collection/digest,
// signature, transport, enrol and p2plink. It follows their CDDL and RFC 9162 and shares no code with
// what the vectors test: what it does is one obvious step after the other, so that a
// mistake of the codec cannot confirm itself.
//
//	go run ./internal/vectors
//
// adds the vectors that are not there yet. A vector once written stays as it is
// for ever: the command writes nothing at all if one that is there would differ
// or is no longer made.
package main
