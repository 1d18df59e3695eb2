// Package digestcheck holds no code, only a test: the digests, paths and proofs of
// package digest against github.com/transparency-dev/merkle, another implementation
// of RFC 9162. It is a module of its own so that users of the SDK do not depend on
// that one.
package digestcheck
