package main

import (
	"encoding/hex"
	"slices"
	"strconv"
)

const exchangeFile = "transport/testdata/messages.json"

// exchangeVector is a message of the exchange as transport.cddl says, made without the codec; and
// what it says, by the names of the fields that are there: byte strings in hexadecimal.
type exchangeVector struct {
	Name       string `json:"name"`
	Kind       string `json:"kind"` // by the message's name in transport.cddl
	Hex        string `json:"hex"`
	Diagnostic string `json:"diagnostic"`
	Want       any    `json:"want,omitempty"`
	Error      string `json:"error,omitempty"`
}

// said is a value, and what is wanted of it.
type said struct {
	*node
	want any
}

func saysBytes(b ...byte) said    { return said{bytesNode(b...), hex.EncodeToString(b)} }
func saysText(s string) said      { return said{textNode(s), s} }
func saysNumber(n uint64) said    { return said{uintNode(n), n} }
func saysLess(n uint64) said      { return said{&node{major: negative, arg: n - 1}, -int64(n)} }
func saysYes() said               { return said{&node{major: simple, arg: 21}, true} }
func saysID(b byte) said          { return saysBytes(id(b)...) }
func saysDigest(text string) said { return saysBytes(hashOf([]byte(text))...) }

func saysList(all ...said) said {
	list := said{arrayNode(), []any{}}
	for _, one := range all {
		list.kids = append(list.kids, one.node)
		list.want = append(list.want.([]any), one.want)
	}
	return list
}

// field is a field of a message: its key, its name, and its value.
type field struct {
	key   uint64
	name  string
	value said
	must  bool // it is there even where it is empty
}

func may(key uint64, name string, value said) field  { return field{key, name, value, false} }
func must(key uint64, name string, value said) field { return field{key, name, value, true} }

// spoken is a message of fields.
func spoken(fields ...field) said {
	m, want := mapNode(), map[string]any{}
	for _, f := range fields {
		m.kids = append(m.kids, uintNode(f.key), f.value.node)
		want[f.name] = f.value.want
	}
	return said{m, want}
}

// saysTuple is an array with a place for each field.
func saysTuple(fields ...field) said {
	a, want := arrayNode(), map[string]any{}
	for _, f := range fields {
		a.kids = append(a.kids, f.value.node)
		want[f.name] = f.value.want
	}
	return said{a, want}
}

// A message is one kind of them, with all fields that go together.
type message struct {
	kind   string
	fields []field
}

var (
	aState = []field{
		may(1, "collection", saysBytes(1, 2)), must(2, "edition", saysDigest("edition")), may(3, "updates", saysList(saysBytes(3))),
		may(4, "sources", saysList(spoken(must(1, "user", saysID(1)), must(2, "url", saysText("https://x")), must(3, "items", saysBytes(5)), may(4, "endpoint", saysBytes(6))))),
		may(5, "keys", saysList(saysBytes(7), saysBytes(8))), may(6, "ends", saysList(saysBytes(9))),
	}
	aNotification = []field{
		must(1, "id", saysDigest("notification")), must(2, "author", saysID(1)), must(3, "collection", saysID(2)), must(4, "to", saysID(3)),
		must(5, "reason", saysNumber(2)), may(6, "title", saysText("Träume")), may(7, "note", saysText("n")), may(8, "link", saysText("l")),
		may(9, "items", saysNumber(300)), may(10, "labelled", saysNumber(24)), must(11, "edition", saysDigest("edition")),
		may(12, "updates", saysList(saysBytes(4))), may(13, "cover", saysBytes(5, 6)), may(14, "number", saysNumber(70000)),
	}
	aFault = []field{
		must(1, "code", saysNumber(17)), may(2, "about", saysText("versions")), may(3, "differs", saysList(saysText("items"), saysText("created"))),
		may(4, "limit", saysNumber(1<<32)), may(5, "used", saysLess(500)),
	}
	aManifest = []field{
		must(1, "author", saysID(1)), must(2, "id", saysID(2)), must(3, "identity", saysDigest("identity")), must(4, "edition", saysDigest("edition")),
	}
	blobs   = saysList(saysBytes(1), saysBytes(2, 3))
	aCursor = []field{may(1, "feed", saysID(7)), may(2, "number", saysNumber(1<<40))}
)

// sharing are the messages of shares, each with every field.
func sharing() []message {
	columns, texts := saysList(saysBytes(), saysBytes(0, 3)), saysList(saysText("ann@example.org"), saysText("bob@example.org"))
	part := saysTuple(must(0, "item", saysNumber(8)), must(0, "version", saysNumber(13)), must(0, "size", saysNumber(1<<33)))
	return []message{
		{"share", []field{
			may(1, "collection", saysBytes(1)), may(2, "from", saysNumber(1)), may(3, "serves", columns), may(4, "offers", columns),
			may(5, "url", saysText("https://x")), may(6, "to", texts), may(7, "notifies", saysYes()), may(8, "manifest", spoken(aManifest...)),
			may(9, "updates", blobs), may(10, "word", saysBytes(4)), may(11, "endpoint", saysBytes(5)),
		}},
		{"answer", []field{
			must(1, "next", saysNumber(3)), may(2, "collection", saysBytes(1)), may(3, "missing", columns), may(4, "parts", saysList(part)),
			may(5, "updates", blobs), may(6, "notify", saysYes()), may(7, "keys", blobs), may(8, "announced", saysText("https://x")),
			may(9, "refused", spoken(aFault...)), may(10, "unknown", texts),
		}},
		{"announcement", []field{
			must(1, "author", saysID(1)), must(2, "id", saysID(2)), must(3, "items", saysBytes(0, 0, 128)), must(4, "url", saysText("https://x")),
			may(5, "word", saysBytes(1)), may(6, "endpoint", saysBytes(2)),
		}},
	}
}

// reading are those of what is read.
func reading() []message {
	known := saysTuple(must(0, "author", saysID(1)), must(0, "id", saysID(2)), must(0, "edition", saysBytes(make([]byte, 32)...)))
	entry := spoken(must(1, "number", saysNumber(3)), must(2, "notification", spoken(aNotification...)), may(3, "state", spoken(aState...)))
	return []message{
		{"state", aState}, {"notification", aNotification}, {"fault", aFault},
		{"collections-request", []field{must(1, "known", saysList(known, known))}},
		{"lacking", []field{may(1, "state", spoken(aState...))}}, {"lacking", []field{may(2, "refused", spoken(aFault...))}},
		{"changes-request", []field{must(1, "after", spoken(aCursor...)), may(2, "versions", saysYes())}},
		{"changes", []field{must(1, "next", spoken(aCursor...)), may(2, "entries", saysList(entry, entry))}},
		{"versions-request", []field{may(1, "held", saysBytes(2, 1))}},
		{"glimpse", []field{
			may(1, "title", saysText("t")), may(2, "items", saysNumber(5)), may(3, "labelled", saysNumber(5)), may(4, "cover", saysBytes(1)),
			may(5, "versions", saysNumber(13)),
		}},
	}
}

// otherMessages are those of keys, ids and settings.
func otherMessages() []message {
	values := said{mapNode(textNode("b"), textNode(""), textNode("aa"), textNode("c")), map[string]any{"b": "", "aa": "c"}}
	return []message{
		{"verify-request", []field{
			must(1, "type", saysText("application/glimpse.edition")), must(2, "statement", saysBytes(1)), must(3, "seal", saysBytes(2)),
			may(4, "issued", saysNumber(1<<40)),
		}},
		{"verify-response", []field{may(1, "outcome", saysNumber(5)), must(2, "user", saysID(1)), must(3, "key", saysDigest("key"))}},
		{"id-request", []field{may(1, "items", saysNumber(10000))}},
		{"identifiers", []field{must(1, "collection", saysID(1)), may(2, "items", saysList(saysID(2), saysID(3)))}},
		{"settings", []field{
			may(1, "contacts", saysList(spoken(may(1, "name", saysText("Ann")), must(2, "user", saysID(1)), may(3, "address", saysText("ann@example.org"))))),
			may(2, "values", values),
		}},
		{"key-news-request", []field{may(1, "after", saysNumber(1)), must(2, "nonce", saysID(2)), may(3, "users", saysList(saysID(3)))}},
		{"key-news", []field{
			may(1, "number", saysNumber(1)), may(2, "more", saysYes()), may(3, "changed", saysList(saysID(2))), may(4, "statements", blobs),
			may(5, "seal", saysBytes(4)),
		}},
		{"roster-message", []field{may(1, "roster", saysBytes(1))}},
	}
}

// letterMessages are those of channels, and of letters that nobody gets.
func letterMessages() []message {
	of := func(text string) said {
		return said{mapNode(textNode("mail"), textNode(text), textNode("xmpp"), textNode("x")), map[string]any{"mail": text, "xmpp": "x"}}
	}
	letter := spoken(
		must(1, "author", saysID(1)), must(2, "id", saysID(2)), must(3, "address", saysText("bob@example.org")),
		must(4, "since", saysNumber(1<<31)), may(5, "refused", saysYes()),
	)
	return []message{
		{"choice", []field{may(1, "language", saysText("de")), may(2, "addresses", of("ann@example.org")), may(3, "codes", of("ABCD"))}},
		{"channels", []field{
			may(1, "offered", saysList(saysText("mail"), saysText("xmpp"))), may(2, "language", saysText("fr")),
			may(3, "addresses", of("ann@example.org")), may(4, "awaited", saysList(saysText("xmpp"))),
		}},
		{"parked", []field{may(1, "letters", saysList(letter, letter))}},
	}
}

// exchanges are vectors that are being made.
type exchanges struct{ list []exchangeVector }

func (e *exchanges) add(name, kind, err string, s said) {
	v := exchangeVector{Name: name, Kind: kind, Hex: hex.EncodeToString(expand(s.encode())), Diagnostic: s.diagnostic(), Error: err}
	if err == "" {
		v.Want = s.want
	}
	e.list = append(e.list, v)
}

// exchangeVectors are all there are: each message whole and with the fewest fields, and what is
// refused.
func exchangeVectors() []exchangeVector {
	var all exchanges
	for _, m := range slices.Concat(sharing(), reading(), otherMessages()) {
		all.addMessage(m)
	}
	for i, bad := range slices.Concat(badShares(), badExchangeAnswers(), badReadings(), badOthers()) {
		all.add(bad.name+" ("+strconv.Itoa(i)+")", bad.kind, "ErrMalformed", said{node: bad.node})
	}
	for _, s := range slices.Concat(goodStreams(), badUploads(), badOriginals()) {
		all.add(s.name, s.kind, s.err, s.said)
	}
	for _, m := range letterMessages() {
		all.addMessage(m)
	}
	for _, bad := range badLetters() {
		all.add(bad.name, bad.kind, "ErrMalformed", said{node: bad.node})
	}
	return all.list
}

// addMessage adds a message, and all that is refused of it.
func (e *exchanges) addMessage(m message) {
	name, least := m.kind, []field{}
	for _, f := range m.fields {
		if f.must {
			least = append(least, f)
		}
	}
	either := m.kind == "lacking" // one of two things
	if either {
		name += " " + m.fields[0].name
	}
	e.add(name+": whole", m.kind, "", spoken(m.fields...))
	if !either {
		e.add(name+": the fewest fields", m.kind, "", spoken(least...))
	}
	bad := func(what string, n *node) { e.add(name+": "+what, m.kind, "ErrMalformed", said{node: n}) }
	for i := range m.fields {
		m.spoil(i, bad)
	}
	m.spoilFrame(bad)
}
