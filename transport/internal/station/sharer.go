package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// sharer is one who takes part in an upload: an io.Writer of its own stream, from
// an offset on, and an io.ReaderAt of what is stored.
type sharer struct {
	*upload
	at      int64
	added   bool   // some of its bytes are stored
	differs bool   // some are not: others have brought different ones
	passed  []byte // what others have brought of the latest bytes
	coming  coming
}

// from has a sharer begin at an offset within what has come: how far the others
// are nobody else can know. If the upload has ended meanwhile, the sharer finds out
// why when it goes on.
func (s *sharer) from(offset int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end == nil && offset > s.to.Size() {
		return transport.At(transport.ErrOffset, fmt.Sprintf("%d bytes are stored", s.to.Size()))
	}
	s.at = offset
	return nil
}

// leave ends somebody's part. The last one keeps what has come, for another
// upload to go on with.
func (s *sharer) leave() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.mu.Lock()
	s.in--
	alone := s.in == 0
	s.all.mu.Unlock()
	var err error
	if alone && s.to != nil {
		err = s.close()
	}
	s.all.forget(s.upload)
	return err
}

// Write implements io.Writer: it adds what is not there yet.
func (s *sharer) Write(p []byte) (int, error) {
	n, err := s.write(p)
	s.coming.now(s.at)
	return n, err
}

func (s *sharer) write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		return 0, s.end
	}
	there := int(min(max(s.to.Size()-s.at, 0), int64(len(p))))
	if err := s.pass(p[:there]); err != nil {
		return 0, err
	}
	n := there
	var err error
	if there < len(p) {
		n, err = s.to.Write(p[there:])
		n += there
		s.added = true
	}
	s.at += int64(n)
	return n, err
}

// pass passes over bytes that others have brought.
func (s *sharer) pass(p []byte) error {
	if len(p) == 0 || s.differs {
		return nil
	}
	s.passed = slices.Grow(s.passed[:0], len(p))[:len(p)]
	if _, err := s.to.ReadAt(s.passed, s.at); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	s.differs = !bytes.Equal(s.passed, p)
	return nil
}

// ReadAt implements io.ReaderAt.
func (s *sharer) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		return 0, s.end
	}
	return s.to.ReadAt(p, off)
}

// discard removes what has come, of whomever.
func (s *sharer) discard() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		return nil
	}
	return s.ends(errAnew, s.to.Discard())
}

// refuse is discard for what is wrong, or cannot be stored: what only others have
// brought stays.
func (s *sharer) refuse() error {
	if !s.added && s.others() {
		return nil
	}
	return s.discard()
}

// others reports whether others take part.
func (s *sharer) others() bool {
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	return s.in > 1
}

// taken is what a version's bytes are: their digest, how many they are, and the hashes of
// their blocks.
type taken struct {
	digest digest.Digest
	size   int64
	leaves []digest.Digest
}

// read reads all of a version.
func read(r io.Reader) (taken, error) {
	tree, err := digest.ReadTree(r)
	if err != nil {
		return taken{}, err
	}
	return taken{tree.Root(), tree.Size(), tree.Leaves()}, nil
}

// commit makes the version durable if its bytes have the digest, and returns what they
// are; own is what this sharer has seen. Another one may have been there first: errWhole.
func (s *sharer) commit(ctx context.Context, d digest.Digest, own taken) (taken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		return taken{}, s.end
	}
	all, err := own, error(nil)
	if s.differs || s.to.Size() != own.size { // others have brought something else, or more
		all, err = read(io.NewSectionReader(s.to, 0, s.to.Size()))
	}
	switch {
	case err != nil:
	case all.digest == d:
		if err = s.to.Commit(ctx); err == nil {
			return all, s.ends(errWhole, nil)
		}
	case own.digest == d:
		err = errAnew // others have brought something else
	case !s.added && s.others():
		return taken{}, transport.ErrDigest // they bring it
	default:
		err = transport.ErrDigest
	}
	return taken{}, errors.Join(err, s.ends(errAnew, s.to.Discard()))
}
