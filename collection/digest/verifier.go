package digest

import "io"

// Verifier passes on the plain bytes of a source and checks them against a digest
// when the source ends: for those who need neither proofs nor the size. What was
// read before must not be used until io.EOF says that it is good.
type Verifier struct {
	src  io.Reader
	root Digest
	h    Hasher
	err  error
}

// NewVerifier returns a Verifier of src, which is to hold the whole version whose
// digest is root, and nothing else.
func NewVerifier(src io.Reader, root Digest) *Verifier {
	return &Verifier{src: src, root: root}
}

// Read implements io.Reader. It returns io.EOF only if all that was read is the
// version, and ErrMismatch at the end of anything else. Errors are final; those of
// src are returned as they are.
func (v *Verifier) Read(p []byte) (int, error) {
	if v.err != nil {
		return 0, v.err
	}
	k, err := v.src.Read(p)
	v.h.Write(p[:k])
	if err == io.EOF && v.h.Sum() != v.root {
		err = ErrMismatch
	}
	v.err = err
	return k, err
}
