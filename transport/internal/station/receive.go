package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Receive stores a version from r, of which the first offset bytes are stored
// already, if its bytes are those of the author's digest. What came before r
// broke off is kept, for another Receive to go on with; nothing is kept of what
// is wrong, too large, or more than the store can take. It returns the number of
// bytes that are stored. Several may bring one version at once, of one item or of
// items with equal bytes: it is stored for all of them when the first has brought
// it whole. What is there already of r is passed over. An offset beyond what is
// stored is transport.ErrOffset, and so is what others have begun and is not its
// beginning: that is removed.
func (k *Versions) Receive(ctx context.Context, c collection.Collection, item, version int, offset int64, r io.Reader) (int64, error) {
	return k.receive(ctx, collection.UserID{}, c, item, version, offset, r, func(changes ...transport.Change) error {
		return k.core.arrive(context.WithoutCancel(ctx), k.Store, changes...) // all has come, though its sender be gone
	})
}

// ReceiveTo is Receive of a version whose bytes are stored when it returns, and not that it
// is here: it is, once the changes that keep is called with are made.
func (k *Versions) ReceiveTo(ctx context.Context, c collection.Collection, item, version int, offset int64, r io.Reader, keep func(...transport.Change)) error {
	store := func(changes ...transport.Change) error {
		keep(changes...)
		return nil
	}
	_, err := k.receiveTo(ctx, c, item, version, offset, r, keeping{small: store, large: store})
	return err
}

// receive is Receive of what somebody brings, or the station gets if that is nobody, which
// leaves it to keep to store the record of a small version.
func (k *Versions) receive(ctx context.Context, by collection.UserID, c collection.Collection, item, version int, offset int64, r io.Reader, keep func(...transport.Change) error) (int64, error) {
	return k.receiveTo(ctx, c, item, version, offset, r, keeping{by: by, small: keep, large: func(changes ...transport.Change) error {
		return k.putLarge(context.WithoutCancel(ctx), changes) // all has come, though its sender be gone
	}})
}

// keeping stores the records that say that versions are here: of those that are in their
// record, and of the others.
type keeping struct {
	by           collection.UserID // who brings them; zero = nobody
	small, large func(...transport.Change) error
}

func (k *Versions) receiveTo(ctx context.Context, c collection.Collection, item, version int, offset int64, r io.Reader, keep keeping) (int64, error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return 0, err
	}
	key := versionRecord.Key(c.Author(), d)
	if size, here, err := k.whole(ctx, key); here || err != nil {
		return size, err
	}
	var ages []transport.Change
	if k.caches() {
		ages = []transport.Change{k.core.age(c.Author(), d)}
	}
	most := k.mostOf(offset, r)
	data, r, err := k.small(c, version, offset, d, r)
	if err != nil || data != nil {
		if err == nil {
			err = keep.small(append(ages, transport.Change{Key: key, Value: smallRecord(data)})...)
		}
		return int64(len(data)), transport.At(err, place(c, item, version))
	}
	end, err := k.begin(ctx, keep.by, c.Author(), d, most)
	defer end() // also after an error: the store may have noted it all the same
	if err != nil {
		return 0, err
	}
	s, err := k.join(ctx, key)
	if err != nil {
		return 0, transport.At(err, place(c, item, version))
	}
	defer s.leave()
	if size, here, err := k.whole(ctx, key); here || err != nil { // it came in between
		return size, err
	}
	if err := s.from(offset); err != nil {
		return s.Size(), err
	}
	return k.fill(ctx, s, c, item, version, r, keep.large)
}

// Import stores a whole version from r; what was there of it is not gone on with,
// and nobody who brings it from elsewhere is waited for.
func (k *Versions) Import(ctx context.Context, c collection.Collection, item, version int, r io.Reader) error {
	d, err := Digest(c, item, version)
	if err != nil {
		return err
	}
	key := versionRecord.Key(c.Author(), d)
	return k.once(ctx, &k.making, key, func() error {
		data, r, err := k.small(c, version, 0, d, r)
		if err != nil || data != nil {
			if err == nil {
				err = record.Put(ctx, k.Store, transport.Change{Key: key, Value: smallRecord(data)})
			}
			return transport.At(err, place(c, item, version))
		}
		s, err := k.anew(ctx, key)
		if err != nil {
			return transport.At(err, place(c, item, version))
		}
		defer s.leave()
		_, err = k.fill(ctx, s, c, item, version, r, func(changes ...transport.Change) error { return record.Put(ctx, k.Store, changes...) })
		return err
	})
}

// Restart removes what is there of a version that is not there whole.
func (k *Versions) Restart(ctx context.Context, c collection.Collection, item, version int) error {
	d, err := Digest(c, item, version)
	if err != nil {
		return err
	}
	s, err := k.anew(ctx, versionRecord.Key(c.Author(), d))
	if err != nil {
		return transport.At(err, place(c, item, version))
	}
	return errors.Join(s.discard(), s.leave())
}

// Keep stores bytes that were made here as a version, once, and returns their
// digest.
func (k *Versions) Keep(ctx context.Context, author collection.UserID, data []byte) (collection.Digest, error) {
	d := digest.Sum(data)
	key := versionRecord.Key(author, d)
	return d, k.once(ctx, &k.making, key, func() error {
		if len(data) <= maxSmall {
			return record.Put(ctx, k.Store, transport.Change{Key: key, Value: smallRecord(data)})
		}
		s, err := k.anew(ctx, key)
		if err != nil {
			return err
		}
		defer s.leave()
		_, err = k.add(ctx, s, d, bytes.NewReader(data))
		if err == nil {
			err = record.Put(ctx, k.Store, transport.Change{Key: key, Value: blobRecord(int64(len(data)))})
		}
		return err
	})
}

// place names a version for an error: people look the item up by its id.
func place(c collection.Collection, item, version int) string {
	if item < 0 || item >= c.Len() {
		return fmt.Sprintf("version %d of place %d, of %d", version, item, c.Len())
	}
	id, _ := c.At(item)
	return fmt.Sprintf("version %d of item %v", version, id)
}

// fill adds r to an upload, whose version it commits if all is as it should be, and
// returns the number of bytes that are stored. keep stores its records.
func (k *Versions) fill(ctx context.Context, s *sharer, c collection.Collection, item, version int, r io.Reader, keep func(...transport.Change) error) (int64, error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return 0, err
	}
	all, err := k.add(ctx, s, d, r)
	switch {
	case errors.Is(err, errAnew), errors.Is(err, transport.ErrDigest):
		err = transport.At(err, place(c, item, version))
	case err == nil:
		err = keep(append(leavesOf(c, version, all), transport.Change{Key: s.key, Value: blobRecord(all.size)})...)
	}
	return all.size, err
}

// add adds r to an upload, whose version it commits if it has the digest then, and
// returns what is stored: without leaves if another one has committed it.
func (k *Versions) add(ctx context.Context, s *sharer, d collection.Digest, r io.Reader) (taken, error) {
	own, err := k.take(s, r, d)
	switch {
	case err == nil: // all has come, though its sender be gone
		ctx = context.WithoutCancel(ctx)
		var all taken
		if all, err = s.commit(ctx, d, own); err == nil {
			return all, nil
		}
	case errors.Is(err, transport.ErrStorage), errors.Is(err, transport.ErrTooLarge):
		err = errors.Join(err, s.refuse())
	}
	if errors.Is(err, errWhole) || errors.Is(err, errAnew) {
		b, openErr := k.Store.Open(ctx, s.key)
		if errors.Is(openErr, transport.ErrNotFound) {
			return taken{}, errAnew
		}
		if openErr != nil {
			return taken{}, openErr
		}
		return taken{digest: d, size: b.Size()}, b.Close()
	}
	return taken{size: s.Size()}, err
}

// take appends r to an upload, and returns what the whole is.
func (k *Versions) take(s *sharer, r io.Reader, d collection.Digest) (taken, error) {
	if p, ok := r.(proven); ok && k.MaxBytes == 0 {
		return s.takeProven(p, d)
	}
	if k.MaxBytes > 0 {
		r = Limit(r, k.MaxBytes-s.at)
	}
	stored := io.NewSectionReader(s, 0, s.at)
	return read(io.MultiReader(stored, io.TeeReader(r, s)))
}

// Limit is an io.LimitReader that returns transport.ErrTooLarge for what is beyond.
func Limit(r io.Reader, n int64) io.Reader { return &limitReader{r, n} }

type limitReader struct {
	r    io.Reader
	left int64
}

func (l *limitReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, transport.At(transport.ErrTooLarge, "version")
	}
	return n, err
}
