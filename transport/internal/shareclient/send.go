// Package shareclient is the sending side of the one share rule: what a device does
// with a hub or a home peer, and a peer with a hub.
package shareclient

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/cover"
)

// Share says how a collection is shared.
type Share struct {
	// Message is what is shared, but for the collection.
	Message transport.Share
	// Known says that the receiver has probably met the collection: a large one is named
	// first, and sent if the receiver asks for it.
	Known bool
	// Open opens a version that is uploaded.
	Open func(ctx context.Context, c collection.Collection, item, version int) (transport.Blob, error)
	// Make, if it is not nil, makes versions that are missing before they are
	// uploaded. It returns the edition that has their digests, or c if that has
	// them, and those of the missing versions that cannot be had here after all.
	Make func(ctx context.Context, c collection.Collection, missing []transport.Bits) (made collection.Collection, cannot []transport.Bits, err error)
	// Accept, if it is not nil, verifies what the receiver knows of the collection,
	// with the key statements of its parties, and joins it to what is known here.
	// Without it the collection stays as it is.
	Accept func(ctx context.Context, theirs collection.Collection, keys [][]byte) (collection.Collection, error)
	// FillIn, if it is not nil, takes what the receiver made of the draft c in
	// its place, and returns it with the author's seal, which is sent.
	FillIn func(ctx context.Context, c, theirs collection.Collection) (collection.Collection, transport.AuthorSeal, error)
	// Signer is the author's, for a seal that is still missing; nil if the sender
	// is not the author.
	Signer collection.Signer
	Now    func() time.Time
	// Say, if it is not nil, makes the requests that bring the message, each with the
	// author's word or without.
	Say func(ctx context.Context, request func(word []byte) error) error
	// Sending is what the sender is sending besides; nil = nothing.
	Sending *Sending

	sealed  transport.AuthorSeal // by FillIn
	asked   uint64               // the moment of the last share
	pushing bool
	lacks   bool // something that was asked for
	left    int  // rounds
}

// rounds is how many exchanges a share may take: a share or a push, one of what is
// said upon the answer, one after versions were made, an upload, and another after
// what somebody else's broke off. Those are not counted that others here gave cause
// for, who send or learn something of the same collection meanwhile.
const rounds = 6

// Send shares c, uploads what is asked for, and returns c as it is known then and
// the last answer, with the collection of the last one that had it.
func Send(ctx context.Context, to transport.ShareReceiver, c collection.Collection, s Share) (collection.Collection, transport.Answer, error) {
	defer s.Sending.begin()()
	answer, err := s.first(ctx, to, c)
	var theirs []byte
	var unknown []string
	for s.left = rounds; s.left > 0; s.left-- {
		more := false
		if len(answer.Unknown) > 0 { // a share has said so, and no upload says it again
			unknown = answer.Unknown
		}
		if len(answer.Collection) > 0 {
			theirs = answer.Collection
		}
		if err == nil && (len(answer.Collection) > 0 || s.isDraft()) {
			c, more, err = s.accept(ctx, c, answer)
		}
		if more && err == nil {
			answer, err = s.share(ctx, to, c)
			continue
		}
		asks := err == nil && s.asks(c, &answer)
		if !asks && err == nil && s.lacks && answer.Next == transport.Upload {
			s.lacks = false
			answer, err = s.share(ctx, to, c) // an upload waits for all that was asked for, a share does not
			continue
		}
		if !asks {
			answer.Collection, answer.Unknown = theirs, unknown
			return c, answer, err
		}
		c, answer, err = s.next(ctx, to, c, answer)
	}
	return c, answer, transport.At(transport.ErrMalformed, "asks again")
}

// asks reports whether an answer asks for something that this sender has, and sends. What
// it asks of others is left out.
func (s *Share) asks(c collection.Collection, a *transport.Answer) bool {
	some := a.Next == transport.Seal && s.Signer != nil
	if s.Message.From == transport.Peer { // its originals it serves: a hub gets none by asking
		a.Missing = a.Missing[:min(len(a.Missing), len(c.Ladder())-1)]
	}
	for v, items := range a.Missing {
		var own transport.Bits
		if v < len(s.Message.Offers) {
			own = items.And(s.Message.Offers[v])
		}
		a.Missing[v] = own
		some = some || !own.IsEmpty()
	}
	return some
}

// next does what an answer asks for.
func (s *Share) next(ctx context.Context, to transport.ShareReceiver, c collection.Collection, a transport.Answer) (collection.Collection, transport.Answer, error) {
	if s.Make != nil {
		made, cannot, err := s.Make(ctx, c, a.Missing)
		if err != nil {
			return c, a, err
		}
		a.Missing, s.Message.Offers = without(a.Missing, cannot), without(s.Message.Offers, cannot)
		// Without another share the receiver would wait for what cannot be had.
		lacks := slices.ContainsFunc(cannot, some)
		s.lacks = s.lacks || lacks
		if lacks || made.EditionDigest() != c.EditionDigest() {
			a, err = s.share(ctx, to, made)
			return made, a, err
		}
	}
	answer, err := s.uploadOnce(ctx, to, c, a)
	if errors.Is(err, transport.ErrOffset) || errors.Is(err, transport.ErrDigest) && len(a.Parts) > 0 {
		answer, err = s.share(ctx, to, c) // the part that was there is not what it was
	}
	return c, answer, err
}

func some(b transport.Bits) bool { return !b.IsEmpty() }

// without is what is in a and not in b, version by version.
func without(a, b []transport.Bits) []transport.Bits {
	out := slices.Clone(a)
	for v := range min(len(a), len(b)) {
		out[v] = a[v].Without(b[v]).Trim()
	}
	return out
}

func (s *Share) share(ctx context.Context, to transport.ShareReceiver, c collection.Collection) (transport.Answer, error) {
	m, err := s.message(c)
	if err != nil {
		return transport.Answer{}, err
	}
	s.asked = s.Sending.now()
	if !s.Known || len(m.Collection) <= maxRepeated || c.Accepts() || c.Ended() {
		return s.send(ctx, to, m)
	}
	named := m
	named.Collection, named.Manifest = nil, transport.ManifestOf(c)
	if named.Updates, err = collection.EncodeUpdates(c.Updates()); err != nil {
		return transport.Answer{}, err
	}
	answer, err := s.send(ctx, to, named)
	if errors.Is(err, transport.ErrNotFound) {
		return s.send(ctx, to, m)
	}
	return answer, err
}

func (s *Share) send(ctx context.Context, to transport.ShareReceiver, m transport.Share) (answer transport.Answer, err error) {
	if s.Say == nil {
		return to.Share(ctx, m)
	}
	err = s.Say(ctx, func(word []byte) error {
		m.Word = word
		answer, err = to.Share(ctx, m)
		return err
	})
	return answer, err
}

// maxRepeated is how many bytes a collection has that is sent although the receiver has
// probably met it: they take less time than to hear that it has not.
const maxRepeated = 4 << 10

func (s *Share) message(c collection.Collection) (transport.Share, error) {
	data, err := c.MarshalBinary()
	m := s.Message
	m.Collection = data
	return m, err
}

// accept takes the receiver's form of the collection, whose fixed parts must be
// the same: the places of the items count on it. What is signed or shown is
// never taken from it unverified. It reports whether the collection says more
// then than the receiver knows.
func (s *Share) accept(ctx context.Context, c collection.Collection, a transport.Answer) (joined collection.Collection, more bool, err error) {
	theirs := c // where there was nothing to fill in
	if len(a.Collection) > 0 {
		theirs, err = collection.Decode(a.Collection)
	}
	if err == nil && s.isDraft() {
		c, s.sealed, err = s.FillIn(ctx, c, theirs)
	}
	if err == nil {
		err = c.Same(theirs)
	}
	if err != nil || s.Accept == nil {
		return c, false, transport.Wrap(err)
	}
	known, err := s.Accept(ctx, theirs, a.Keys)
	if err == nil {
		more, err = SaysMore(known, theirs)
	}
	if more && err == nil {
		s.Known = false // what it says of addresses is not said beside its name
		var grown bool
		if grown, err = SaysMore(known, c); grown {
			s.left++ // the receiver has not been told of it
		}
	}
	return known, more, err
}

// isDraft reports whether the receiver fills in what is shared, and has not yet.
func (s *Share) isDraft() bool { return s.FillIn != nil && len(s.sealed.Seal) == 0 }

// SaysMore reports whether one copy of a collection has another edition than the
// other, or says more of labels or of addresses.
func SaysMore(c, than collection.Collection) (bool, error) {
	_, more, err := than.MergeSaid(c)
	return more || c.EditionDigest() != than.EditionDigest(), err
}

// uploadOnce uploads what an answer asks for, but for what is on its way to the
// receiver already: when that has ended, another share says whether it has come.
func (s *Share) uploadOnce(ctx context.Context, to transport.ShareReceiver, c collection.Collection, a transport.Answer) (transport.Answer, error) {
	load := s.Sending.load(to, c, a.Missing, s.asked)
	defer load.end()
	all := len(load.others) == 0 && !load.late
	if a.Missing = load.versions; all || slices.ContainsFunc(a.Missing, some) {
		answer, err := s.upload(ctx, to, c, a, &load.sent)
		if err != nil || all {
			return answer, err
		}
		load.end()
	}
	if err := load.await(ctx); err != nil {
		return a, err
	}
	s.left++
	return s.share(ctx, to, c)
}

// upload sends what an answer asks for in one stream, and counts in sent.
func (s *Share) upload(ctx context.Context, to transport.ShareReceiver, c collection.Collection, a transport.Answer, sent *atomic.Int64) (transport.Answer, error) {
	seal, err := s.seal(ctx, c, a.Next)
	if err != nil {
		return a, err
	}
	return stream(
		func(w io.Writer) error { return s.write(ctx, counter{w, sent}, c, a, seal) },
		func(r io.Reader) (transport.Answer, error) { return to.Upload(ctx, c.Name(), r) })
}

// stream sends what is written, until it is answered.
func stream(write func(io.Writer) error, send func(io.Reader) (transport.Answer, error)) (transport.Answer, error) {
	r, w := io.Pipe()
	wrote := make(chan error, 1)
	go func() {
		err := write(w)
		w.CloseWithError(err)
		wrote <- err
	}()
	answer, err := send(r)
	r.CloseWithError(errStopped)
	if own := <-wrote; own != nil && !errors.Is(own, errStopped) {
		err = own // the cause is here, not there
	}
	return answer, err
}

// errStopped ends the writing when the receiver has answered.
var errStopped = errors.New("the receiver has answered")

func (s *Share) write(ctx context.Context, w io.Writer, c collection.Collection, a transport.Answer, seal transport.AuthorSeal) error {
	type place struct{ item, version int }
	held := map[place]int64{}
	for _, p := range a.Parts {
		held[place{p.Item, p.Version}] = p.Size
	}
	out := transport.NewUploadWriter(w)
	for v, items := range a.Missing {
		if !items.Within(c.Len()) {
			return transport.At(transport.ErrMalformed, "missing")
		}
		for i := range coverFirst(c, items) {
			if err := s.writeVersion(ctx, out, c, i, v, held[place{i, v}]); err != nil {
				return err
			}
		}
	}
	return out.Close(seal)
}

// coverFirst yields the places of items in the order in which they are sent: the one
// that stands for the collection is seen first.
func coverFirst(c collection.Collection, items transport.Bits) iter.Seq[int] {
	return func(yield func(int) bool) {
		first := cover.Item(c)
		if items.Has(first) && !yield(first) {
			return
		}
		for i := range items.Places() {
			if i != first && !yield(i) {
				return
			}
		}
	}
}

func (s *Share) writeVersion(ctx context.Context, out *transport.UploadWriter, c collection.Collection, item, version int, from int64) error {
	b, err := s.Open(ctx, c, item, version)
	if errors.Is(err, transport.ErrNotFound) && s.pushing {
		return nil // the receiver asks for it, and hears then that it cannot be had
	}
	if err != nil {
		return err
	}
	defer b.Close()
	if from > b.Size() {
		from = 0
	}
	return out.Version(item, version, from, b.Size()-from, io.NewSectionReader(b, from, b.Size()-from))
}

// seal makes the author's seal if the collection has none, or none that stands
// where it is asked for.
func (s *Share) seal(ctx context.Context, c collection.Collection, next transport.Next) (transport.AuthorSeal, error) {
	if s.Signer == nil || len(c.Header().AuthorSeal) > 0 && next != transport.Seal {
		return s.sealed, nil
	}
	at := s.Now()
	sealed, err := c.Sign(ctx, s.Signer, at)
	if err != nil {
		return transport.AuthorSeal{}, err
	}
	seal := transport.AuthorSeal{Seal: sealed.Header().AuthorSeal}
	if !at.IsZero() {
		seal.Issued = uint64(at.Unix())
	}
	return seal, nil
}
