package shareclient

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// first begins a share: with a push where that may do all of it. Whatever has become of
// one that fails, a share meets the same, or finds out what came all the same.
func (s *Share) first(ctx context.Context, to transport.ShareReceiver, c collection.Collection) (answer transport.Answer, err error) {
	if !s.mayPush(c) {
		return s.share(ctx, to, c)
	}
	smallest, pushed := engine.Pushed(c, s.Message.Offers), false
	if len(smallest) > 0 && !s.Sending.anyAnswered(c, smallest) { // else some of it will be there
		answer, pushed = s.push(ctx, to, c, smallest)
	}
	if !pushed {
		answer, err = s.share(ctx, to, c)
	}
	if err == nil {
		s.Sending.note(c, smallest)
	}
	return answer, err
}

// mayPush reports whether a sender may push: the device that has made and sealed the
// collection. A peer's share seldom brings the smallest versions.
func (s *Share) mayPush(c collection.Collection) bool {
	return s.Message.From == transport.Device && s.Signer != nil && !s.isDraft() && len(c.Header().AuthorSeal) > 0
}

// push shares c and sends the smallest versions along, and reports whether that was
// answered. Nothing goes if some of them are on their way to the receiver already, or
// have been sent there meanwhile.
func (s *Share) push(ctx context.Context, to transport.ShareReceiver, c collection.Collection, smallest []transport.Bits) (answer transport.Answer, pushed bool) {
	m, err := s.message(c)
	if err != nil {
		return answer, false
	}
	load := s.Sending.load(to, c, smallest, 0)
	defer func() {
		load.end()
		s.asked = s.Sending.now() // what was just sent is not late
	}()
	if len(load.others) > 0 || load.late {
		return answer, false
	}
	sending := *s
	sending.pushing = true
	answer, err = stream(
		func(w io.Writer) error {
			return sending.write(ctx, counter{w, &load.sent}, c, transport.Answer{Missing: smallest}, transport.AuthorSeal{})
		},
		func(r io.Reader) (transport.Answer, error) { return to.Push(ctx, m, r) })
	return answer, err == nil
}
