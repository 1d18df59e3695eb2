// Package digest names the bytes of a version and checks them as they stream.
//
// The digest of a version is the root of the SHA-256 Merkle tree of RFC 9162
// §2.1.1 over its blocks of 16 KiB; the last block may be shorter:
//
//	leaf  = SHA-256(0x00 || block)
//	node  = SHA-256(0x01 || left || right)
//	empty = SHA-256("")
//
// A tree of n > 1 blocks has the first k of them on its left and the others on its
// right, k being the largest power of two below n. Said by levels: level 0 holds
// the leaves, each level above holds the nodes over pairs of the level below, and
// a last node without a sibling moves up unchanged. Node j of level l then stands
// over the blocks from j<<l to (j+1)<<l, as far as there are any.
//
// # What to use
//
// [Hasher], [Of] and [Sum] return the digest. A station that serves versions
// keeps a [Tree], which returns the path of a block and writes any range of
// bytes with its proof ([Tree.WriteRange]). A station that fetches them reads
// such a range with a [Reader], which returns nothing unchecked, keeps a [Beginning]
// of what has come in part, to which it joins what comes in any order by its [Section], or
// checks a block that came by other means with [VerifyBlock]. [NewVerifier] checks plain bytes without proofs, at their end.
//
// # Range with proof
//
// A range of bytes travels as the whole blocks that hold it, in ascending
// order, each as one frame; there is no header, and no length is written,
// because both sides know the size and the range:
//
//	stream = frame*
//	frame  = sibling* block
//
// The siblings of block i are the nodes (i>>l) XOR 1 of the levels l = 0, 1, …,
// h-1, in that order, 32 bytes each; one that lies beyond the last node of its
// level, (n-1)>>l, does not exist and is left out. For the first block of the
// stream h is the height of the tree (the bits of n-1), so its siblings are the
// path of RFC 9162 §2.1.3.1. For any later block h is the number of trailing
// zero bits of i: the subtree over it, node i>>h of level h, is already known,
// as a right sibling in an earlier frame. The receiver folds the siblings into
// the leaf as in §2.1.3.2 and compares with the root (first block) or with that
// known node. Only then do the block and the right siblings of the frame count.
//
// This is the least that lets every block be checked on arrival: 32 bytes for
// each block on average and one path at the start. Block and siblings are at
// most 16 KiB and 49 hashes, so a receiver needs some 18 KiB whatever it is sent.
//
// # What a size is worth
//
// RFC 9162 does not bind the number of leaves into the root, and a path fits
// more than one pair of index and size: the last of three blocks passes as the
// last of two. With a root that is trusted and a size that is only claimed:
//
//   - Whatever is accepted is a block of the version, whole and unchanged. It is
//     never invented. Only its place can be wrong, and only if the size is.
//   - Blocks left of the root's first split are in their place whatever the size.
//   - A [Reader] that starts at offset 0 returns a true beginning of the
//     version: a false size is found at the latest at its end, and before the
//     first byte in a wrong place. It stays so when the reading is continued
//     later, or from elsewhere, with the same size.
//   - When every block of a claimed size has passed, in any order and from any
//     sources, the size is the true one. This holds even if the author made the
//     root in bad faith: no root has two complete readings.
//   - A lone range further on proves its place only if the size is trusted: because
//     it came sealed together with the root, or because the blocks that
//     [Anchors] lists have passed with it. These are ordinary blocks of the
//     version, one more than the tree is high at most and about half as many on
//     average, so whoever fetches all of it can ask for them first, from the one
//     that claims the size, at no cost.
//
// # Rules
//
// Functions are pure: no clock, randomness, goroutines or global state. A Tree is
// immutable and safe for concurrent use; Hasher, Reader and Verifier serve one
// goroutine at a time. Sizes, offsets and block numbers are int64 on every
// platform. Bytes passed in are not kept, except where it says so.
package digest
