package httplink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// encoded returns a message in the form that the caller takes, and its type.
func encoded(r request, message any) (typ string, data []byte, err error) {
	if wantsJSON(r.Request) {
		if view, err := viewOf(message); view != nil || err != nil {
			return jsonType, lines(view), err
		}
	}
	data, err = transport.Encode(message)
	return contentType, data, err
}

// lines writes a view as people read it.
func lines(view any) []byte {
	var indented bytes.Buffer
	_ = json.Indent(&indented, line(view), "", "  ") // which line has written
	return append(indented.Bytes(), '\n')
}

// line writes a view without breaks. Views have nothing that JSON has no form for.
func line(view any) []byte {
	data, err := json.Marshal(view)
	if err != nil {
		panic(err)
	}
	return data
}

// maxShown is how many items, labels and places a view has together: a few bytes of an update
// are a line each here.
const maxShown = 50_000

// room is how many of them a view may still have.
type room int

func (r *room) take(n int) error {
	if *r -= room(n); *r < 0 {
		return transport.At(transport.ErrTooLarge, "what JSON shows; CBOR has all")
	}
	return nil
}

// viewOf returns the view for people of what is read; nil = there is none. Views are one-way,
// as that of a collection is: nothing reads them, and nothing is sealed over them.
func viewOf(message any) (any, error) {
	switch m := message.(type) {
	case transport.State:
		return stateView(m)
	case transport.Settings:
		return settingsView(m), nil
	case transport.Glimpse:
		return glimpseView(m), nil
	case transport.Channels:
		return channelsView(m), nil
	case transport.Parked:
		return parkedView(m), nil
	}
	return nil, nil
}

type jsonState struct {
	Collection *collection.Collection `json:"collection,omitempty"`
	Edition    collection.Digest      `json:"edition"`
	Updates    []jsonUpdate           `json:"updates,omitempty"`
	Sources    []jsonSource           `json:"sources,omitempty"`
	Keys       []jsonKeys             `json:"keys,omitempty"`
	Ends       []jsonEnd              `json:"ends,omitempty"`
}

// jsonEnd says that the author has ended a collection.
type jsonEnd struct {
	Key    collection.KeyID `json:"key"`
	Issued *time.Time       `json:"issued,omitempty"`
}

// jsonUpdate is what an issuer says of items, by their places.
type jsonUpdate struct {
	Issuer collection.UserID `json:"issuer"`
	Key    collection.KeyID  `json:"key"`
	Issued *time.Time        `json:"issued,omitempty"`
	Labels map[string]any    `json:"labels"`
}

type jsonSource struct {
	User  collection.UserID `json:"user"`
	URL   string            `json:"url"`
	Items []int             `json:"items"` // places
}

func stateView(m transport.State) (view jsonState, err error) {
	view.Edition = m.Edition
	left := room(maxShown)
	if len(m.Collection) > 0 {
		c, err := collection.Decode(m.Collection)
		if err == nil {
			err = left.take(c.Len())
		}
		if err != nil {
			return view, err
		}
		view.Collection = &c
	}
	updates, err := collection.DecodeUpdates(m.Updates)
	if err != nil {
		return view, err
	}
	for _, u := range updates {
		shown, err := updateView(u, &left)
		if err != nil {
			return view, err
		}
		view.Updates = append(view.Updates, shown)
	}
	for _, s := range m.Sources {
		if err := left.take(s.Items.Len()); err != nil {
			return view, err
		}
		view.Sources = append(view.Sources, jsonSource{s.User, s.URL, slices.Collect(s.Items.Places())})
	}
	for _, statement := range m.Keys {
		k, err := keysView(statement)
		if err != nil {
			return view, err
		}
		view.Keys = append(view.Keys, k)
	}
	view.Ends, err = endsView(m.Ends)
	return view, err
}

func endsView(ends [][]byte) (view []jsonEnd, err error) {
	for _, data := range ends {
		e, err := collection.DecodeEnd(data)
		if err != nil {
			return nil, err
		}
		view = append(view, jsonEnd{e.Key(), known(e.Issued())})
	}
	return view, nil
}

func updateView(u collection.Update, left *room) (jsonUpdate, error) {
	view := jsonUpdate{Issuer: u.Issuer(), Key: u.Key(), Issued: known(u.Issued()), Labels: map[string]any{}}
	for i, rank := range u.Labels() {
		if err := left.take(1); err != nil {
			return view, err
		}
		view.Labels[strconv.Itoa(i)] = u.Kind().Show(rank)
	}
	return view, nil
}

// jsonKeys are keys of a user, by a statement on one or by a roster.
type jsonKeys struct {
	User   collection.UserID `json:"user"`
	Number uint64            `json:"roster,omitempty"` // its number
	Issued *time.Time        `json:"issued,omitempty"`
	From   *time.Time        `json:"from,omitempty"`
	Until  *time.Time        `json:"until,omitempty"`
	Roles  map[string]string `json:"roles"` // by the ids of keys
}

// The words for roles.
var (
	keyRoles = map[signature.Role]string{
		signature.RoleUser: "user", signature.RoleAuthority: "authority", signature.RoleRevoked: "revoked",
	}
	stationRoles = map[signature.StationRole]string{
		signature.StationPeer: "peer", signature.StationDevice: "device", signature.StationRemoved: "removed",
	}
)

func keysView(statement []byte) (jsonKeys, error) {
	var k signature.KeyStatement
	if k.UnmarshalBinary(statement) == nil {
		roles := map[string]string{collection.KeyID(k.Key.ID()).String(): keyRoles[k.Role]}
		return jsonKeys{User: k.User, Issued: known(k.Issued), From: known(k.From), Until: known(k.Until), Roles: roles}, nil
	}
	var r signature.Roster
	if err := r.UnmarshalBinary(statement); err != nil {
		return jsonKeys{}, fmt.Errorf("a statement on keys: %w", err)
	}
	roles := map[string]string{}
	for _, s := range r.Stations {
		roles[collection.KeyID(s.Key.ID()).String()] = stationRoles[s.Role]
	}
	return jsonKeys{User: r.User, Number: r.Number, Roles: roles}, nil
}

// known returns a time, nil if it is zero.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// jsonEntry is an entry of a feed. Of a collection that the user may not read any more it has
// names and the reason.
type jsonEntry struct {
	Author     collection.UserID `json:"author"`
	Collection collection.ID     `json:"collection"`
	Reason     string            `json:"reason"`
	Title      string            `json:"title,omitempty"`
	Note       string            `json:"note,omitempty"`
	Link       string            `json:"link,omitempty"`
	Items      int               `json:"items,omitempty"`
	Labelled   int               `json:"labelled,omitempty"`
	Edition    collection.Digest `json:"edition,omitzero"`
	Cover      []byte            `json:"cover,omitempty"` // in base64
	State      *jsonState        `json:"state,omitempty"`
}

// entryView is an entry as people read it: without what is known of the collection where that
// is more than JSON shows.
func entryView(e transport.Entry) jsonEntry {
	n := e.Notification
	view := jsonEntry{n.Author, n.Collection, n.Reason.String(), n.Title, n.Note, n.Link, n.Items, n.Labelled, n.Edition, n.Cover, nil}
	if e.State != nil {
		if state, err := stateView(*e.State); err == nil {
			view.State = &state
		}
	}
	return view
}

type jsonSettings struct {
	Contacts []jsonContact     `json:"contacts"`
	Values   map[string]string `json:"values"`
}

type jsonContact struct {
	Name    string             `json:"name,omitempty"`
	User    *collection.UserID `json:"user,omitempty"`
	Address string             `json:"address,omitempty"`
}

func settingsView(m transport.Settings) jsonSettings {
	view := jsonSettings{Contacts: []jsonContact{}, Values: map[string]string{}}
	maps.Copy(view.Values, m.Values)
	for _, c := range m.Contacts {
		contact := jsonContact{Name: c.Name, Address: c.Address}
		if !c.User.IsZero() {
			contact.User = &c.User
		}
		view.Contacts = append(view.Contacts, contact)
	}
	return view
}

type jsonGlimpse struct {
	Title    string `json:"title,omitempty"`
	Items    int    `json:"items"`
	Labelled int    `json:"labelled"`
	Versions int    `json:"versions"`
	Cover    []byte `json:"cover,omitempty"` // in base64
}

func glimpseView(m transport.Glimpse) jsonGlimpse {
	return jsonGlimpse{m.Title, m.Items, m.Labelled, m.Versions, m.Cover}
}
