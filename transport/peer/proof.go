package peer

import (
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// proofOf reads what follows an offset of a version of so many bytes, with its proof.
func proofOf(v *View, i, version int, stream io.Reader, size, from int64) (io.Reader, error) {
	root, err := station.Digest(v.Collection(), i, version)
	if err != nil {
		return nil, err
	}
	r, err := digest.NewReader(stream, root, size, from, size-from)
	return proved{r, size - from}, transport.Wrap(err)
}

// proved is a version that comes with its proof. What ended early another source goes
// on with; that is not the error of one that lied.
type proved struct {
	*digest.Reader
	rest int64
}

// Rest is how many bytes it claims to be.
func (p proved) Rest() int64 { return p.rest }

func (p proved) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	return n, endedEarly(err)
}

// WriteRest is as that of digest.Reader.
func (p proved) WriteRest(w io.Writer, before digest.Beginning) (digest.Beginning, error) {
	all, err := p.Reader.WriteRest(w, before)
	return all, endedEarly(err)
}

func endedEarly(err error) error {
	_, read := errors.AsType[*digest.BlockError](err)
	if read && (errors.Is(err, digest.ErrTruncated) || !errors.Is(err, digest.ErrInvalid)) {
		return fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	return err
}
