package hub

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// mends returns how the records are mended that a hub keeps, by their kinds.
func (h *Hub) mends() map[record.Kind]station.Mend {
	own := map[record.Kind]station.Mend{
		records.Person:      {What: "the account of user"},
		records.Leaving:     {What: "that a user is being deleted:", Do: h.mendLeaving},
		records.Address:     {What: "whose a mail address is,", Do: h.mendAddress},
		records.Credential:  {What: "a station of a user, which may join again:"},
		records.Token:       {What: "the token of a station", Do: h.mendToken},
		records.Key:         {What: "whose a key is,", Do: h.mendKey},
		records.Statement:   {What: "the hub's word on a key of a user,", Do: h.mendStatement},
		records.Holder:      {What: "that a key is a station's,", Do: h.mark},
		records.Root:        {What: "which keys a user has,"},
		records.Revoked:     {What: "when a key of a user was stopped,", Do: h.mendRevoked},
		records.Stopped:     {What: "whose key was stopped,", Do: h.mendStopped},
		records.Distrusted:  {What: "that a user's word was false,", Do: h.mark},
		records.Sampling:    {What: "the secret by which blocks are chosen", Do: h.mendSampling},
		records.SamplingToo: {What: "the secret by which blocks are chosen", Do: h.mendSampling},
		records.Mailing:     {What: "the mail addresses of a collection,"},
		records.Pending:     {What: "that a mail address of a collection is nobody's,", Do: h.mendPending},
		records.Joined:      {What: "that a mail address is a user's,", Do: h.mendAddress},
		records.Quotas:      {What: "a user's own quotas, which are to be set again,"},
		records.Spent:       {What: "what a user has used today,", Do: h.drop},
		records.Failed:      {What: "which items a user did not serve,", Do: h.drop},
		records.Letter:      {What: "a letter that waits,"},
		records.Link:        {What: "the tokens of letters,"},
		records.Guest:       {What: "the token of a letter,"},
		records.Chosen:      {What: "the channels that a user has chosen, which are to be chosen again,"},
		records.Silent:      {What: "that an address wants no letters,", Do: h.mark},
	}
	all := station.Mends(h.core)
	for kind, m := range own {
		if m.Do == nil {
			m.Do = station.Lost
		}
		all[kind] = m
	}
	return all
}

// find looks in some records for the value of another one, and sets that if what it rests on
// is still so. Where nothing says that there was such a record, it is removed.
func (h *Hub) find(ctx context.Context, key, under string, value func(r transport.Record) []byte) (string, error) {
	for r, err := range record.Walk(ctx, h.cfg.Store, under, "", 0) {
		switch {
		case r.Key == "":
			return "", err
		case err != nil:
			continue // damaged, too
		}
		if v := value(r); v != nil {
			return station.MadeAnew, record.Replace(ctx, h.cfg.Store, r, r.Value, transport.Change{Key: key, Value: v})
		}
	}
	return h.drop(ctx, key)
}

// drop removes what the hub does without.
func (h *Hub) drop(ctx context.Context, key string) (string, error) {
	return station.Removed, record.Remove(ctx, h.cfg.Store, key)
}

// mark makes a record anew that holds nothing.
func (h *Hub) mark(ctx context.Context, key string) (string, error) {
	return station.MadeAnew, record.Put(ctx, h.cfg.Store, transport.Change{Key: key, Value: []byte{}})
}

// mendLeaving has a user who has no account any more removed once more.
func (h *Hub) mendLeaving(ctx context.Context, key string) (string, error) {
	var user collection.UserID
	if user.UnmarshalText([]byte(path.Base(key))) != nil {
		return h.drop(ctx, key)
	}
	if _, err := record.Need(ctx, h.cfg.Store, records.Person.Key(user)); err == nil {
		return h.drop(ctx, key)
	}
	return h.mark(ctx, key)
}

// mendAddress asks the accounts.
func (h *Hub) mendAddress(ctx context.Context, key string) (string, error) {
	return h.find(ctx, key, records.Person.Under(), func(r transport.Record) []byte {
		p, err := record.Value[Person](r)
		var user collection.UserID
		if err != nil || user.UnmarshalText([]byte(path.Base(r.Key))) != nil ||
			p.Temporary && strings.HasPrefix(key, records.Joined.Under()) {
			return nil
		}
		if slices.ContainsFunc(p.Addresses, func(a string) bool { return records.HashOf(a).String() == path.Base(key) }) {
			return user[:]
		}
		return nil
	})
}

// mendToken asks the credentials. Of the latest token it is not known that it was used.
func (h *Hub) mendToken(ctx context.Context, key string) (string, error) {
	return h.find(ctx, key, records.Credential.Under(), func(r transport.Record) []byte {
		c, err := record.Value[issued](r)
		var user collection.UserID
		switch parts := strings.Split(r.Key, "/"); {
		case err != nil || len(parts) != 3 || user.UnmarshalText([]byte(parts[1])) != nil:
		case c.Former == key:
			return user[:]
		case c.Token == key:
			return append(user[:], parts[2]...)
		}
		return nil
	})
}

// mendKey takes what the hub has said of a key last: that it is revoked, or else the user's
// roster, or a statement. Without one it is left, so that nobody can have the key anew.
func (h *Hub) mendKey(ctx context.Context, key string) (string, error) {
	var revoked, roster, other []byte
	names := func(w station.Word) bool {
		return slices.ContainsFunc(w.Keys(), func(k collection.KeyID) bool { return k.String() == path.Base(key) })
	}
	for _, under := range []string{records.Statement.Under(), records.Root.Under()} {
		for r, err := range record.Walk(ctx, h.cfg.Store, under, "", 0) {
			if r.Key == "" {
				return "", err
			}
			word, errRead := station.ReadWord(r.Value)
			switch {
			case err != nil || errRead != nil || !names(word):
			case word.Roster != nil:
				roster = r.Value
			case word.Statement.Role == signature.RoleRevoked:
				revoked = r.Value
			default:
				other = r.Value
			}
		}
	}
	for _, data := range [][]byte{revoked, roster, other} {
		if data != nil {
			return station.MadeAnew, record.Put(ctx, h.cfg.Store, transport.Change{Key: key, Value: data})
		}
	}
	return "", station.ErrLost
}

// mendStatement takes what is kept with the key, if that is no roster.
func (h *Hub) mendStatement(ctx context.Context, key string) (string, error) {
	r, err := record.Get(ctx, h.cfg.Store, string(records.Key)+"/"+path.Base(key))
	word, errRead := station.ReadWord(r.Value)
	if err != nil || errRead != nil || word.Roster != nil {
		return "", station.ErrLost
	}
	return station.MadeAnew, record.Replace(ctx, h.cfg.Store, r, r.Value, transport.Change{Key: key, Value: r.Value})
}

// mendRevoked finds the last number in the list of whose keys were stopped, or the user's.
func (h *Hub) mendRevoked(ctx context.Context, key string) (string, error) {
	var last records.Number
	for r, err := range record.Walk(ctx, h.cfg.Store, records.Stopped.Under(), "", 0) {
		if r.Key == "" {
			return "", err
		}
		all := key == records.Revoked.Key()
		if all || err == nil && len(r.Value) == 16 && collection.UserID(r.Value).String() == path.Base(key) {
			last = records.NumberOf(r.Key)
		}
	}
	if last == 0 {
		return "", station.ErrLost
	}
	return station.MadeAnew, record.Put(ctx, h.cfg.Store, transport.Change{Key: key, Value: last.Value()})
}

// mendStopped finds the user whose number it is.
func (h *Hub) mendStopped(ctx context.Context, key string) (string, error) {
	return h.find(ctx, key, records.Revoked.Under(), func(r transport.Record) []byte {
		var user collection.UserID
		if string(r.Value) != string(records.NumberOf(key).Value()) || user.UnmarshalText([]byte(path.Base(r.Key))) != nil {
			return nil
		}
		return user[:]
	})
}

// mendSampling takes the other copy.
func (h *Hub) mendSampling(ctx context.Context, _ string) (string, error) {
	_, err := h.spotCheck(ctx)
	return station.MadeAnew, err
}

// mendPending asks what is remembered of the collection.
func (h *Hub) mendPending(ctx context.Context, key string) (string, error) {
	name, err := record.Name(key)
	if err != nil {
		return h.drop(ctx, key)
	}
	m, err := loadMailing(ctx, h.cfg.Store, name)
	if err != nil {
		return "", station.ErrLost
	}
	if slices.ContainsFunc(m.Entries, func(e entry) bool { return e.pending() && strings.Contains(key, e.Hash.String()) }) {
		return station.MadeAnew, record.Put(ctx, h.cfg.Store, transport.Change{Key: key, Value: []byte{1}})
	}
	return h.drop(ctx, key)
}
