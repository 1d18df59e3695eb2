package scenario

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/peer"
)

var peerVerbs = map[string]func(*station, command) error{
	"publishes":         doPublishes,
	"publishes-partial": onCollection(func(s *station, n collection.Name) error { return s.Author.PublishPartial(s.w.ctx, n) }),
	"tells": func(s *station, c command) error {
		if s.Device != nil {
			return s.Device.Notify(s.w.ctx, s.ToHub(), s.tells(c.words))
		}
		return onCollection(func(s *station, n collection.Name) error { return s.Author.NotifyHub(s.w.ctx, n) })(s, c)
	},
	"refreshes": onCollection(func(s *station, n collection.Name) error { return s.Reader.Refresh(s.w.ctx, n) }),
	"withdraws": onItems(func(s *station, n collection.Name, ids []collection.ItemID) error {
		return s.Author.Withdraw(s.w.ctx, n, ids...)
	}),
	"takesback": onItems(func(s *station, n collection.Name, ids []collection.ItemID) error {
		return s.Author.TakeBack(s.w.ctx, n, ids...)
	}),
	"recognizes": doRecognizes,
	"ends":       onCollection(func(s *station, n collection.Name) error { return s.Author.End(s.w.ctx, n) }),
	"completes": onItems(func(s *station, n collection.Name, ids []collection.ItemID) error {
		return s.Author.Complete(s.w.ctx, n, ids...)
	}),
	"receives": doReceives, "lists": doLists, "trusts": doTrusts, "wakes": doWakes, "titles": doTitles, "captions": doCaptions, "stops": doStops, "starts": doStarts,
	"retries": func(s *station, _ command) error { return s.Reader.RetryWishes(s.w.ctx) },
}

// doPublishes publishes a collection, now or after N hours.
func doPublishes(s *station, c command) error {
	return onCollection(func(s *station, n collection.Name) error {
		if len(c.after["after"]) == 0 {
			return s.Author.Publish(s.w.ctx, n)
		}
		hours, err := strconv.Atoi(c.after["after"][0])
		if err != nil {
			return usage("%v", err)
		}
		return s.Author.PublishAt(s.w.ctx, n, s.w.Now().Add(time.Duration(hours)*time.Hour))
	})(s, c)
}

// doWakes does what has become due.
func doWakes(s *station, _ command) error {
	_, err := s.Author.PublishDue(s.w.ctx)
	return err
}

// onCollection is a verb that takes one collection.
func onCollection(do func(*station, collection.Name) error) func(*station, command) error {
	return func(s *station, c command) error {
		handle, err := one(c.words, "collection")
		if err != nil {
			return err
		}
		known, err := s.w.find(handle)
		if err != nil {
			return err
		}
		return do(s, known.Name())
	}
}

// onItems is a verb that takes ITEMS in COLLECTION.
func onItems(do func(*station, collection.Name, []collection.ItemID) error) func(*station, command) error {
	return func(s *station, c command) error {
		known, ids, err := s.w.itemsIn(c, c.words)
		if err != nil {
			return err
		}
		return do(s, known.Name(), ids)
	}
}

// doReceives asks the hub for notifications, or a peer that tells by itself.
func doReceives(s *station, c command) error {
	news, err := s.receive(c)
	for _, n := range news {
		at := ""
		if n.Link != "" {
			at = " at " + s.w.named(n.Link)
		}
		s.w.log.add(s.w.user(s.User) + " is told of " + s.w.handle(n.Name()) + at)
	}
	return err
}

// receive hears what there is: as a program does, it asks again until there is nothing, and
// fetches what was wished for whenever there is news.
func (s *station) receive(c command) (all []notify.Notification, err error) {
	receive := s.Reader.Receive
	if len(c.after["from"]) > 0 {
		from, err := s.w.station(c.after["from"][0])
		if err != nil {
			return nil, err
		}
		receive = func(ctx context.Context) ([]notify.Notification, error) {
			return s.Reader.ReceiveFrom(ctx, from.Source())
		}
	}
	for {
		news, err := receive(s.w.ctx)
		if all = append(all, news...); err != nil || len(news) == 0 {
			return all, err
		}
		if err := s.Reader.RetryWishes(s.w.ctx); err != nil {
			return all, err
		}
	}
}

// doRecognizes says that users are whom the author of a collection has meant.
func doRecognizes(s *station, c command) error {
	known, _, err := s.w.itemsIn(c, nil)
	if err != nil {
		return err
	}
	users, err := lookUp(s.w.people, c.words)
	if err != nil {
		return err
	}
	return s.Author.AcceptReader(s.w.ctx, known.Name(), users...)
}

// doTrusts takes the keys of others as theirs: the users have compared them.
func doTrusts(s *station, c command) error {
	for _, name := range c.words {
		other, err := s.w.station(name)
		if err != nil {
			return err
		}
		s.trusted = append(s.trusted, other)
		if err := s.keys.Trust(other.User, other.Signer.Public()); err != nil {
			return err
		}
	}
	return nil
}

func doTitles(s *station, c command) error {
	return onCollection(func(s *station, n collection.Name) error {
		return s.Author.Edit(s.w.ctx, n, func(h *collection.Header, _ []collection.Item) { h.Title = c.quoted })
	})(s, c)
}

func doCaptions(s *station, c command) error {
	return onItems(func(s *station, n collection.Name, ids []collection.ItemID) error {
		return s.Author.Edit(s.w.ctx, n, func(_ *collection.Header, items []collection.Item) {
			for i := range items {
				if len(ids) > 0 && items[i].ID == ids[0] {
					items[i].Caption = c.quoted
				}
			}
		})
	})(s, c)
}

// doStops stops a peer; nobody reaches it then.
func doStops(s *station, _ command) error {
	s.w.offline[s.Name] = true
	return s.Peer.Close(s.w.ctx)
}

// doStarts makes a peer again from its store.
func doStarts(s *station, _ command) error {
	s.w.offline[s.Name] = false
	return s.start()
}

// doLists walks a collection and its sub-collections.
func doLists(s *station, c command) error {
	return onCollection(func(s *station, n collection.Name) error {
		return s.Reader.Walk(s.w.ctx, n, func(depth int, name collection.Name, v *peer.View) error {
			text := strings.Repeat("  ", depth) + s.w.handle(name) + " by " + s.w.user(name.Author)
			if v == nil {
				text += " may not be read"
			} else {
				text += fmt.Sprintf(" %q, %s, %d labelled", v.Collection().Title(), plural(v.Collection().Len(), "item"), v.Collection().Labelled())
			}
			s.w.log.add(text)
			return nil
		})
	})(s, c)
}
