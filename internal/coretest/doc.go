// Package coretest tests collections and their seals together: package
// collection says what is sealed and who may say what, package signature makes
// and verifies seals, and neither imports the other.
//
// Every attack of the design is a test of its own, in files named after what is
// attacked. Collections are tampered with by an editor over another CBOR library
// (editor_test.go), so that a mistake in this module's own writer hides nothing.
package coretest
