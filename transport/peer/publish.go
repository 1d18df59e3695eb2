package peer

import (
	"cmp"
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Publish shares a collection with the hub, makes and uploads the versions that
// it asks for, and announces the originals that are held here. It can be called
// when the time has come: until then recipients see the partial versions. After
// an error it can be called again. While a device of the peer's user is handing the collection
// over, it is shown without its originals, and Publish waits until all have come, or no more
// do: so recipients are told once that they are there. The peer's user must be the author, or a
// completer, of the collection. Where nobody else does, the peer also vouches
// for what it serves and tells the recipients, who call ReceiveFrom: without a
// hub, or if the hub says so. Originals that are labelled and cannot be announced, since the
// peer has no URL (transport.ErrUnreachable) or the collection names no authority
// (transport.ErrForbidden), are an error after all else is published. Other errors are those of transport.ShareReceiver, of
// transport.Announcer and of the Renderer, except where it says that a version
// cannot be made: then all goes on without that version.
func (p *Author) Publish(ctx context.Context, name collection.Name) error {
	return p.publish(ctx, name, false)
}

// PublishPartial is Publish without the originals, which are held back: recipients see
// the partial versions only, until Publish is called or the time of PublishAt
// has come.
func (p *Author) PublishPartial(ctx context.Context, name collection.Name) error {
	return p.publish(ctx, name, true)
}

func (p *Author) publish(ctx context.Context, name collection.Name, partial bool) error {
	return p.drain.Do(func() error {
		err := p.orSealedAgain(ctx, name, func() error { return p.publishOnce(ctx, name, partial) })
		if err == nil {
			p.tell(event.Of(event.Published, name))
		}
		return err
	})
}

func (p *Author) publishOnce(ctx context.Context, name collection.Name, partial bool) error {
	if err := p.sealAgain(ctx, name); err != nil {
		return err
	}
	if p.cfg.Hub == nil {
		return p.publishNoHub(ctx, name, partial)
	}
	if err := p.hearOfWord(ctx, name); err != nil {
		return err
	}
	s, err := p.toPublish(ctx, name, partial, p.loadSealed)
	if err != nil {
		return err
	}
	message := transport.Share{From: transport.Peer, Offers: p.offers(s), Notifies: p.cfg.Notifies}
	word := &word{p: p.base, of: name}
	var unserved error
	if !partial {
		unserved = p.unserved(s)
	}
	serves := p.cfg.URL != "" && !partial && unserved == nil
	if serves {
		last := len(s.Collection.Ladder()) - 1
		message.Serves, message.URL, message.Endpoint = make([]transport.Bits, last+1), p.cfg.URL, p.endpoint
		message.Serves[last] = p.complete(s)
		word.serves = message.Serves[last]
	}
	c, answer, err := shareclient.Send(ctx, p.cfg.Hub, s.Collection, shareclient.Share{
		Message: message, Known: true, Open: p.core.Versions.Open, Make: p.render, Accept: p.join, Now: p.cfg.Now, Signer: p.authorSigner(s), Sending: &p.sending, Say: word.say,
	})
	for _, u := range answer.Unknown {
		e := event.Of(event.LeftOut, name)
		_ = e.User.UnmarshalText([]byte(u)) // it stays zero of a mail address
		e.Err = transport.At(transport.ErrNotFound, "recipient "+u)
		p.tell(e)
	}
	if err == nil && answer.Notify && p.user != c.Author() {
		err = p.notifyRecipients(ctx, name, p.source()) // the author told what was before
	}
	if err == nil {
		err = p.announced(ctx, word, c, answer, message)
	}
	if err == nil {
		err = p.wordAnswered(ctx, name, word.sent)
	}
	if err != nil {
		return err
	}
	err = p.finish(ctx, c.Name(), word.serves, serves, answer.Notify)
	if err == nil && p.user == c.Author() {
		err = p.shareReplaced(ctx, c)
	}
	return cmp.Or(err, unserved)
}

// toPublish returns the state of a collection with what is held of it: with originals, all
// that are coming.
func (p *Author) toPublish(ctx context.Context, name collection.Name, partial bool, load func(context.Context, collection.Name) (engine.State, error)) (engine.State, error) {
	held := func() (engine.State, error) {
		s, err := load(ctx, name)
		if err != nil {
			return s, err
		}
		return p.holdAlready(ctx, s.Collection)
	}
	if partial {
		return held()
	}
	return p.whole(ctx, name, held, func() error { return p.publishOnce(ctx, name, true) })
}

// unserved says why a hub cannot be told of labelled originals that are here; nil if it can,
// or there are none. All else is published all the same.
func (p *Author) unserved(s engine.State) error {
	here := p.complete(s)
	labelled := slices.ContainsFunc(slices.Collect(here.Places()), func(i int) bool {
		_, rank := s.Collection.At(i)
		return rank.Labelled()
	})
	switch {
	case !labelled:
		return nil
	case p.cfg.URL == "":
		return transport.At(transport.ErrUnreachable, "originals are not announced: this peer has no URL at which others reach it")
	case s.Collection.Authority().IsZero():
		return transport.At(transport.ErrForbidden, "originals are not announced: the collection names no authority that a hub could take labels off by")
	}
	return nil
}

// announced takes what the hub has answered, and announces what is served unless the hub
// has taken the share for an announcement.
func (p *Author) announced(ctx context.Context, word *word, c collection.Collection, answer transport.Answer, sent transport.Share) error {
	if len(answer.Updates) > 0 {
		if err := p.apply(ctx, c.Name(), transport.State{Updates: answer.Updates, Keys: answer.Keys}); err != nil {
			return err
		}
	}
	switch {
	case len(sent.Serves) == 0:
		return nil
	case answer.Refused != nil && answer.Announced == p.cfg.URL:
		return answer.Refused
	case answer.Announced != p.cfg.URL:
		return p.announce(ctx, word, c.Name(), sent.Serves[len(sent.Serves)-1])
	}
	return nil
}

// finish does what the hub has left to the peer: it tells the recipients, and
// vouches for what it serves where no authority does.
func (p *Author) finish(ctx context.Context, name collection.Name, items transport.Bits, serves, tells bool) error {
	s, err := p.core.Load(ctx, name)
	if err != nil || !tells && (!serves || !s.Collection.Authority().IsZero()) {
		return err
	}
	own := p.source()
	if serves {
		own.Items = items.And(p.complete(s)).Trim()
	}
	if tells {
		return p.notifyRecipients(ctx, name, own)
	}
	_, err = p.core.Step(ctx, name, engine.Announced{Source: own})
	if err == nil {
		err = p.notifyHub(ctx, name)
	}
	return err
}

func (p *base) authorSigner(s engine.State) collection.Signer {
	if p.user == s.Collection.Author() {
		return p.signer
	}
	return nil
}

// complete is the set of the items that can be served: held and not withdrawn.
func (p *base) complete(s engine.State) transport.Bits {
	return station.NotWithdrawn(s.Collection, s.HeldOf(len(s.Collection.Ladder())-1))
}

// offers is what can be uploaded: what is held, and what can be made from it.
func (p *base) offers(s engine.State) []transport.Bits {
	c := s.Collection
	last := len(c.Ladder()) - 1
	offers := make([]transport.Bits, last+1)
	for i := range c.Len() {
		for v := range offers {
			_, known := c.Digest(i, v)
			if s.Holds(i, v) || !known && p.renders(c) && s.Holds(i, last) {
				offers[v] = offers[v].Add(i)
			}
		}
	}
	return offers
}

// renders reports whether versions can be made: only the author can seal their
// digests.
func (p *base) renders(c collection.Collection) bool {
	return p.cfg.Render != nil && p.user == c.Author()
}

// join verifies what the hub knows of a collection and joins it to what is
// known here.
func (p *base) join(ctx context.Context, theirs collection.Collection, keys [][]byte) (collection.Collection, error) {
	if err := p.learn(ctx, keys); err != nil {
		return theirs, err
	}
	v, err := p.verify(ctx, theirs)
	if err != nil {
		return theirs, err
	}
	if err := p.labelsMayGo(ctx, v.Collection); err != nil {
		return theirs, err
	}
	var before collection.Collection
	r, err := p.core.DoVerified(ctx, v, func(known engine.State) (engine.Event, error) {
		before = known.Collection
		return engine.Updated{Collection: v.Collection}, nil
	})
	if err == nil {
		r.State, err = p.acceptReaders(ctx, before, r.State)
	}
	return r.State.Collection, err
}

// announce says that the originals of a set of items are served from now on, as far as they
// are here, with the author's word or without, and takes the updates that follow.
func (p *Author) announce(ctx context.Context, word *word, name collection.Name, items transport.Bits) error {
	s, err := p.core.Load(ctx, name)
	if err != nil {
		return err
	}
	announcement := transport.Announcement{
		Author: name.Author, ID: name.ID, Items: items.And(p.complete(s)).Trim(), URL: p.cfg.URL, Endpoint: p.endpoint,
	}
	var answer transport.Answer
	err = word.say(ctx, func(update []byte) error {
		announcement.Word = update
		answer, err = p.cfg.Hub.Announce(ctx, announcement)
		return err
	})
	if err != nil {
		return err
	}
	return p.apply(ctx, name, transport.State{Updates: answer.Updates, Keys: answer.Keys})
}
