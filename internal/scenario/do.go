package scenario

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// What cameras do, and what only they do.
var (
	ofCameras     = set("takes copies installs makes shares hands requests learns tells alters claims asks announces plants")
	onlyOfCameras = set("shares hands requests learns")
)

// do plays a command. An errUsage is the file's fault, other errors are what
// the exchange answers.
func (w *World) do(c command) error {
	if c.verb == "goes" {
		return w.doGoes(c)
	}
	switch c.subject {
	case "user":
		return w.doUsers(append([]string{c.verb}, c.words...))
	case "camera", "peer":
		owner, err := one(c.after["of"], "user")
		if err != nil {
			return err
		}
		without := set(strings.Join(c.after["without"], " "))
		if c.subject == "camera" {
			return w.addCamera(c.verb, owner, without)
		}
		return w.addPeer(c.verb, owner, without, set(strings.Join(c.after["as"], " ")))
	case "hub":
		return w.doHub(c)
	case "world":
		w.Hub = nil
		return nil
	}
	if n, err := strconv.Atoi(c.subject); err == nil && c.verb == "hours" {
		w.Pass(time.Duration(n) * time.Hour)
		return nil
	}
	return w.doStation(c)
}

// doStation plays a command of a camera or a peer.
func (w *World) doStation(c command) error {
	s, err := w.station(c.subject)
	if err != nil {
		return err
	}
	if s.Device != nil && !ofCameras[c.verb] || s.Device == nil && onlyOfCameras[c.verb] {
		return usage("%s cannot do that", s.Name)
	}
	for _, table := range []map[string]func(*station, command) error{cameraVerbs, mediaVerbs, handVerbs, peerVerbs, fetchVerbs, attackVerbs} {
		if do := table[c.verb]; do != nil {
			return do(s, c)
		}
	}
	return usage("no verb %q", c.verb)
}

// doUsers registers users.
func (w *World) doUsers(names []string) error {
	for _, name := range names {
		user, err := w.newUser(name)
		if err != nil {
			return err
		}
		w.people[name] = user
	}
	return nil
}

// newUser registers a user; without a hub, users make their ids themselves.
func (w *World) newUser(name string) (user collection.UserID, err error) {
	if w.Hub == nil {
		_, err = io.ReadFull(w.Random("users"), user[:])
		return user, err
	}
	return w.Register(w.ctx, name)
}

func (w *World) doHub(c command) error {
	switch c.verb {
	case "restarts":
		return w.restartHub()
	case "posts":
		_, err := w.hub.Hub.Mail().Deliver(w.ctx)
		return err
	case "trusts":
		w.unknown = hub.Temporary
		return w.restartHub()
	case "expires":
		return w.hub.Hub.Expire(w.ctx, time.Time{})
	case "revokes":
		s, err := w.station(strings.Join(c.words, " "))
		if err != nil {
			return err
		}
		return w.hub.Hub.Accounts().Revoke(w.ctx, s.User, s.Name)
	case "confirms":
		return w.doConfirms(c)
	case "shows":
		return w.doShows(c)
	case "probes":
		for range c.times() {
			if err := w.hub.Hub.Probe(w.ctx); err != nil {
				return err
			}
		}
		return nil
	case "wants":
		w.fromDevice = c.times()
		return w.restartHub()
	case "forgets":
		return w.doForgets(c)
	}
	return usage("the hub has no verb %q", c.verb)
}

// times is the number that stands after the verb; 1 if there is none.
func (c command) times() int {
	if len(c.words) > 0 {
		if n, err := strconv.Atoi(c.words[0]); err == nil {
			return n
		}
	}
	return 1
}

func (w *World) restartHub() error {
	if err := w.hub.Close(w.ctx); err != nil {
		return err
	}
	return w.startHub()
}

func (w *World) doGoes(c command) error {
	state, err := one(c.words, "state")
	if err != nil {
		return err
	}
	switch state {
	case "offline", "online":
		w.offline[c.subject] = state == "offline"
		return nil
	}
	return usage("a station goes offline or online, not %s", strconv.Quote(state))
}

// doForgets removes versions from the hub's cache.
func (w *World) doForgets(c command) error {
	refs, err := w.refs(c)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		state, err := w.hub.state(ref.Collection)
		if err != nil {
			return err
		}
		i, _ := state.Collection.Index(ref.Item)
		d, _ := state.Collection.Digest(i, ref.Version)
		if err := lab.LoseVersion(w.ctx, w.hub.Store, versionKey(state.Collection, d)); err != nil {
			return err
		}
	}
	return nil
}
