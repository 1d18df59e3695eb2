package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
)

// Withdraw says that the complete versions of items will never come: the device
// is lost, or they are not to be shared after all. Only the author may. Like what
// TakeBack, Complete and Edit say, it is said here first, and then to the hub if
// there is one; after an error of the hub, NotifyHub says it again. Errors are those
// of collection.Collection.Withdraw and of transport.ShareReceiver.
func (p *Author) Withdraw(ctx context.Context, name collection.Name, items ...collection.ItemID) error {
	return p.applyUpdate(ctx, name, func(c collection.Collection) (collection.Update, error) {
		if p.user != c.Author() {
			return collection.Update{}, transport.ErrForbidden
		}
		return c.Withdraw(items...)
	})
}

// TakeBack says that complete versions that were there are lost: their items
// are labelled again, in their next generation. Only the author may. Errors are
// those of collection.Collection.TakeBack.
func (p *Author) TakeBack(ctx context.Context, name collection.Name, items ...collection.ItemID) error {
	return p.applyUpdate(ctx, name, func(c collection.Collection) (collection.Update, error) {
		return c.TakeBack(p.user, items...)
	})
}

// Complete says, with the peer's own key, that complete versions are on the
// network: for collections that no hub validates. The author and those whom the
// author named may. An authority takes it back where it knows nobody who serves them: see
// [Author.Publish]. Errors are those of collection.Collection.Complete.
func (p *Author) Complete(ctx context.Context, name collection.Name, items ...collection.ItemID) error {
	return p.applyUpdate(ctx, name, func(c collection.Collection) (collection.Update, error) {
		return c.Complete(p.user, items...)
	})
}

// Edit makes another edition of a collection of the peer's user: another title,
// captions or other editable parts, as collection.Collection.Edit does. Where
// another station of the user's has made an edition meanwhile, the later one counts,
// and of versions all that the hub has sealed of either. The error wraps
// transport.ErrForbidden if the collection is another user's, or is one of
// collection.Collection.Edit's.
func (p *Author) Edit(ctx context.Context, name collection.Name, change func(h *collection.Header, items []collection.Item)) error {
	return p.change(ctx, name, func(c collection.Collection) (collection.Collection, error) {
		if p.user != c.Author() {
			return c, transport.ErrForbidden
		}
		c, err := c.Edit(change)
		if err != nil {
			return c, err
		}
		return c.Sign(ctx, p.signer, p.cfg.Now())
	})
}

// applyUpdate makes an update, seals it and joins it.
func (p *Author) applyUpdate(ctx context.Context, name collection.Name, what func(collection.Collection) (collection.Update, error)) error {
	return p.change(ctx, name, func(c collection.Collection) (collection.Collection, error) {
		u, err := what(c)
		if err == nil {
			u, err = u.Sign(ctx, p.signer, p.cfg.Now())
		}
		if err != nil {
			return c, err
		}
		c, _, err = c.Apply(u)
		return c, err
	})
}

// change changes a collection here, and tells the hub.
func (p *Author) change(ctx context.Context, name collection.Name, how func(collection.Collection) (collection.Collection, error)) error {
	return p.drain.Do(func() error {
		if err := p.sealAgain(ctx, name); err != nil {
			return err
		}
		_, err := p.core.Do(ctx, name, func(s engine.State) (engine.Event, error) {
			switch {
			case !s.Known():
				return nil, transport.ErrNotFound
			case !s.Sealed:
				return nil, transport.At(transport.ErrSeal, "the author has not sealed it")
			}
			c, err := how(s.Collection)
			return engine.Updated{Collection: c}, err
		})
		if err != nil || p.cfg.Hub == nil {
			return err
		}
		return p.notifyHub(ctx, name)
	})
}

// NotifyHub tells the hub what is known here of a collection, and takes what the hub
// knows. Nothing is uploaded. Errors are those of transport.ShareReceiver.
func (p *Author) NotifyHub(ctx context.Context, name collection.Name) error {
	return p.drain.Do(func() error {
		if p.cfg.Hub == nil {
			return transport.At(transport.ErrUnreachable, "no hub")
		}
		if err := p.sealAgain(ctx, name); err != nil {
			return err
		}
		return p.notifyHub(ctx, name)
	})
}

func (p *base) notifyHub(ctx context.Context, name collection.Name) error {
	if err := p.hearOfWord(ctx, name); err != nil {
		return err
	}
	return p.answerHub(ctx, name)
}

// answerHub is notifyHub of what has just been heard from the hub.
func (p *base) answerHub(ctx context.Context, name collection.Name) error {
	return p.orSealedAgain(ctx, name, func() error { return p.notifyHubOnce(ctx, name) })
}

func (p *base) notifyHubOnce(ctx context.Context, name collection.Name) error {
	s, err := p.loadSealed(ctx, name)
	if err != nil {
		return err
	}
	_, _, err = shareclient.Send(ctx, p.cfg.Hub, s.Collection, shareclient.Share{Message: transport.Share{From: transport.Peer, Notifies: p.cfg.Notifies}, Accept: p.join})
	return err
}
