package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// truth sees what no station can: all disks and all requests. It checks, at
// every change, what must hold at every moment, and it remembers what was
// acknowledged.
type truth struct {
	w       *world
	states  map[string]engine.State              // by disk and key
	asked   map[collection.Name][]transport.Bits // by the hub, by version
	boasts  map[collection.Name]bool             // announced with the author's word, true or false
	taken   map[string][]notify.Notification     // what was taken in, by disk and collection
	told    map[string][]notify.Notification     // what was told, by key in the feed
	latest  map[string]uint64                    // of that, by disk and key
	numbers map[string]uint64                    // the highest in a feed, by disk and user
	order   map[notify.ID]int                    // in which the hub told it
	shown   map[string]int                       // what was shown last, by station and collection
	expired map[string]bool                      // from the hub's cache, by key
	jobs    map[string]lab.Leased                // that are to be done, by disk and key
	records map[string]*disk                     // promised, by disk and key
	blobs   map[string]*disk
	wishes  []*wish
}

// wish is what a station was asked to wish for.
type wish struct {
	at           *station
	ref          transport.Ref
	acknowledged bool
	over         bool // its user was told that it has come, or never comes
}

func newTruth(w *world) truth {
	return truth{
		taken: map[string][]notify.Notification{},
		w:     w, states: map[string]engine.State{}, asked: map[collection.Name][]transport.Bits{}, boasts: map[collection.Name]bool{}, told: map[string][]notify.Notification{}, latest: map[string]uint64{}, numbers: map[string]uint64{},
		order: map[notify.ID]int{}, shown: map[string]int{}, expired: map[string]bool{}, jobs: map[string]lab.Leased{},
		records: map[string]*disk{}, blobs: map[string]*disk{},
	}
}

func versionKey(author collection.UserID, d collection.Digest) string {
	return "v/" + author.String() + "/" + d.String()
}

// state returns a collection as it is durable on a disk.
func (d *disk) state(name collection.Name) (s engine.State, ok bool) {
	if !d.holds("c/" + name.String()) {
		return s, false
	}
	s, err := engine.StateOf(d.parts[name.String()])
	return s, err == nil
}

// committed checks that a blob is what its key says, and is stored once.
func (t *truth) committed(d *disk, key string, again bool) {
	if again {
		t.w.fail("%s stores %s again", d.name, key)
	}
	t.right(d, key)
}

// right checks that a version is what its key says.
func (t *truth) right(d *disk, key string) {
	data, err := d.read(key)
	if want := key[strings.LastIndexByte(key, '/')+1:]; err != nil || digest.Sum(data).String() != want {
		t.w.fail("%s stores other bytes as %s (%v)", d.name, key, err)
	}
}

// applied checks a batch of records, and the states as they are after it.
func (t *truth) applied(d *disk, changes []transport.Change, versions map[string]bool) {
	states := map[string]bool{}
	t.numbered(d, changes)
	for _, c := range changes {
		kind, rest, _ := strings.Cut(c.Key, "/")
		switch {
		case kind == "v" && c.Value == nil:
			t.deleted(d, c.Key)
		case kind == "v":
			t.version(d, c.Key, versions[c.Key])
		case (kind == "c" || kind == "s") && !strings.HasSuffix(d.name, "-camera"):
			of := strings.SplitN(rest, "/", 3)
			states[of[0]+"/"+of[1]] = true
		case kind == "job":
			t.leased(d, c)
		case c.Value == nil:
		case kind == "o":
			t.tells(d, c)
		case kind == "letter":
			t.shows(letterOf(c.Key))
		case kind == "n":
			n, err := transport.Decode[lab.Told](c.Value)
			t.w.must("news", err)
			of := d.name + " " + n.Notification.Name().String()
			t.taken[of] = append(t.taken[of], n.Notification)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(states)) {
		t.changed(d, name)
	}
}

// version checks that a version is here, as its record says, and was not before.
func (t *truth) version(d *disk, key string, again bool) {
	if d == t.w.hub.disk {
		delete(t.expired, key)
	}
	if again && d.values[key][0] == 0 {
		t.w.fail("%s stores %s again", d.name, key)
	}
	if !d.has(key) {
		t.w.fail("%s says that it has %s", d.name, key)
		return
	}
	t.right(d, key)
}

// changed checks a state after a step.
func (t *truth) changed(d *disk, name string) {
	s, err := engine.StateOf(d.parts[name])
	if err != nil || !d.holds("c/"+name) {
		t.w.fail("%s stores %s: %w", d.name, name, err)
		return
	}
	old := t.states[d.name+" "+name]
	t.states[d.name+" "+name] = s
	t.forward(d, old, s)
	t.asks(d, s)
	t.begins(d, s)
	t.w.say("    %s: %.4s edition %d sealed %v held %x asked %x labelled %d told %.4x", d.name, s.Collection.ID(), s.Collection.Header().Edition, s.Sealed, s.Held, s.Asked, s.Collection.Labelled(), s.Notified)
	t.stored(d, s)
	t.vouched(d, old, s)
}

// forward checks that nothing goes back: no edition, no label.
func (t *truth) forward(d *disk, old, s engine.State) {
	if !old.Known() || !old.Sealed {
		return
	}
	if old.Collection.Header().Edition > s.Collection.Header().Edition {
		t.w.fail("%s: an edition of %v went back", d.name, s.Collection.Name())
	}
	for id, rank := range s.Collection.Items() {
		if before, _ := old.Collection.Label(id); before > rank && !t.boasts[s.Collection.Name()] { // a thief need not stand by its word
			t.w.fail("%s: the label of %v went back from %v to %v", d.name, id, before, rank)
		}
	}
}

// asks notes what the hub asks for. What it ever asked of a camera is to come;
// what only peers make it may give up.
func (t *truth) asks(d *disk, s engine.State) {
	if d != t.w.hub.disk || len(s.Collection.Ladder()) == 0 {
		return
	}
	asked := make([]transport.Bits, len(s.Collection.Ladder()))
	copy(asked, s.Asked)
	if before := t.asked[s.Collection.Name()]; before != nil {
		asked[0] = asked[0].Or(before[0])
	}
	t.asked[s.Collection.Name()] = asked
}

// stored checks that a state does not run ahead of the bytes.
func (t *truth) stored(d *disk, s engine.State) {
	for v, items := range s.Held {
		for i := range items.Places() {
			if dig, ok := s.Collection.Digest(i, v); ok && !d.has(versionKey(s.Collection.Author(), dig)) {
				t.w.fail("%s says that it holds version %d of item %d of %v", d.name, v, i, s.Collection.Name())
			}
		}
	}
}

// vouched checks that a label goes only when somebody who may vouch for the
// original has it, or has boasted of it, and when the hub has what it shows of it.
func (t *truth) vouched(d *disk, old, s engine.State) {
	c := s.Collection
	i := -1
	for id, rank := range c.Items() {
		i++
		if !rank.Complete() {
			continue
		}
		if old.Known() {
			if before, _ := old.Collection.Label(id); before == rank {
				continue
			}
		}
		original, ok := c.Digest(i, len(c.Ladder())-1)
		if !ok || !t.original(c, original) && !t.boasts[c.Name()] {
			t.w.fail("%s: item %d of %v has no label, but nobody has its original", d.name, i, c.Name())
		}
		if d == t.w.hub.disk {
			t.hasAsked(d, c, i)
		}
	}
}

// original reports whether an original is durable where it is vouched for.
func (t *truth) original(c collection.Collection, d collection.Digest) bool {
	for _, s := range t.w.stations {
		if completes(c, s.User) && s.disk.has(versionKey(c.Author(), d)) {
			return true
		}
	}
	return false
}

// tells checks a notification: before it, all that it shows is there.
func (t *truth) tells(d *disk, change transport.Change) {
	n, err := t.entered(d, change)
	if err != nil {
		t.w.fail("%s stores %s: %w", d.name, change.Key, err)
		return
	}
	t.told[change.Key] = append(t.told[change.Key], n)
	if d == t.w.center(n.Author).disk && t.order[n.ID] == 0 {
		t.order[n.ID] = len(t.order) + 1
	}
	if t.w.noHub {
		return // who publishes without a hub tells of what there is
	}
	t.shows(n.Name())
}

// shows checks that the hub has what it tells of, and that it stood when that was decided:
// the key of the author's seal may have been revoked since.
func (t *truth) shows(name collection.Name) {
	if s, ok := t.w.hub.disk.state(name); !ok || s.Notified.IsZero() {
		t.w.fail("the hub tells of %v, which it does not have", name)
	}
}

// begins checks that the hub tells of a collection, or leaves that to its sender, as
// soon as the author's seal stands, whatever has come of its versions.
func (t *truth) begins(d *disk, s engine.State) {
	if d == t.w.hub.disk && s.Sealed && !s.Quiet && s.Notified.IsZero() {
		t.w.fail("%s has %v, which is sealed, and tells nobody", d.name, s.Collection.Name())
	}
}

var (
	errNotNewer = errors.New("it is not newer than what was told before")
	errNoNews   = errors.New("nobody will hear of it")
)

// entered reads what was put into a feed, or a camera's outbox: news of a collection that
// are newer, and wait.
func (t *truth) entered(d *disk, change transport.Change) (notify.Notification, error) {
	if strings.HasSuffix(d.name, "-camera") {
		return transport.Decode[notify.Notification](change.Value)
	}
	e, err := transport.Decode[lab.Entry](change.Value)
	key := d.name + " " + change.Key
	gone := e.Notification.Reason == notify.Removed
	switch user := e.Notification.To; {
	case err != nil:
	case e.Seq <= t.latest[key] && !gone:
		err = errNotNewer
	case !d.holds(listKey(user, e.Number)):
		err = errNoNews
	}
	if t.latest[key] = e.Seq; gone {
		t.latest[key]-- // whoever may read it after all is told the same again
	}
	return e.Notification, err
}

// numbered checks that what comes into a feed has higher numbers than all that was there
// before: who has read up to one misses nothing.
func (t *truth) numbered(d *disk, changes []transport.Change) {
	come := map[string]uint64{}
	for _, c := range changes {
		var number uint64
		var user string
		if n, _ := fmt.Sscanf(strings.ReplaceAll(c.Key, "/", " "), "feed %s %x", &user, &number); n < 2 || c.Value == nil {
			continue
		}
		feed := d.name + " " + user
		if number <= t.numbers[feed] {
			t.w.fail("%s puts number %d into the feed of %s after number %d", d.name, number, user, t.numbers[feed])
		}
		come[feed] = max(come[feed], number)
	}
	maps.Copy(t.numbers, come)
}

// listKey is the key of the name of a collection in a user's feed.
func listKey(u collection.UserID, number uint64) string {
	return fmt.Sprintf("feed/%v/%016x", u, number)
}

// hasAsked checks that the hub has what it ever asked for of an item.
func (t *truth) hasAsked(d *disk, c collection.Collection, i int) {
	for v, items := range t.asked[c.Name()] {
		dig, ok := c.Digest(i, v)
		if key := versionKey(c.Author(), dig); ok && items.Has(i) && !d.has(key) && !t.expired[key] {
			t.w.fail("%s shows item %d of %v without version %d", d.name, i, c.Name(), v)
		}
	}
}

func (w *world) stationOf(name string) *station {
	for _, s := range w.stations {
		if s.Name == name {
			return s
		}
	}
	return nil
}
