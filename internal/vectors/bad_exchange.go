package main

import "slices"

// spoil makes what is refused for the sake of one field of a message.
func (m message) spoil(i int, add func(what string, n *node)) {
	f := m.fields[i]
	changed := func(value *node) *node { return m.with(i, value) }
	wrong := textNode("x")
	if f.value.major == textStr {
		wrong = bytesNode(1)
	}
	add(f.name+" of another type", changed(wrong))
	add(f.name+" null", changed(raw(0xf6)))
	if f.must {
		n := spoken(m.fields...).node
		n.drop(f.key)
		add(f.name+" missing", n)
		return
	}
	if empty := emptied(f.value.node); empty != nil {
		add(f.name+" empty", changed(empty))
	}
}

// with is the whole message with another value of one field.
func (m message) with(i int, value *node) *node {
	n := spoken(m.fields...).node
	n.kids[2*i+1] = value
	return n
}

// emptied is the empty value of the type of n; nil for a message, which may be empty.
func emptied(n *node) *node {
	switch n.major {
	case unsigned, negative:
		return uintNode(0)
	case simple:
		return &node{major: simple, arg: 20}
	case byteStr:
		if size(n.pieces) == 16 { // a feed
			return bytesNode(make([]byte, 16)...)
		}
		return bytesNode()
	case textStr:
		return textNode("")
	case array:
		return arrayNode()
	}
	if n.kids[0].major == textStr {
		return mapNode()
	}
	return nil
}

// spoilFrame makes what is refused for the sake of the message itself.
func (m message) spoilFrame(add func(what string, n *node)) {
	changed := func(change func(n *node)) *node {
		n := spoken(m.fields...).node
		change(n)
		return n
	}
	add("an unknown key", changed(func(n *node) { n.kids = append(n.kids, uintNode(99), uintNode(1)) }))
	add("a key twice", changed(func(n *node) { n.kids = append(n.kids, n.kids[len(n.kids)-2:]...) }))
	add("of indefinite length", changed(func(n *node) { n.open = true }))
	add("a key that is not the shortest", changed(func(n *node) { n.kids[0].wide = 1 }))
	add("an array", changed(func(n *node) { n.major = array }))
	add("tagged", tagNode(1, spoken(m.fields...).node))
	add("more than there is", changed(func(n *node) { n.claim(uint64(len(n.kids)/2 + 1)) }))
	add("bytes after it", changed(func(n *node) { n.claim(uint64(len(n.kids)/2 - 1)) }))
	if len(m.fields) > 1 {
		add("keys out of order", changed(func(n *node) { n.swap(0, 1) }))
	}
}

// badExchange is a message that says what cannot be.
type badExchange struct {
	name, kind string
	*node
}

// one is a message of fields, whose names nobody asks for.
func one(fields ...field) *node { return spoken(fields...).node }

func badShares() []badExchange {
	n, sets, open := saysNumber, slices.Repeat([]said{saysBytes(1)}, 15), bytesNode(1, 2)
	open.open = true
	return []badExchange{
		{"nothing", "fault", noBytes()},
		{"a role that is none", "share", one(may(2, "", n(2)))},
		{"a set with zeros at its end", "share", one(may(4, "", saysList(saysBytes(1, 0))))},
		{"more sets than versions", "share", one(may(3, "", saysList(sets...)))},
		{"a text that is not UTF-8", "share", one(may(5, "", said{&node{major: textStr, pieces: literal([]byte{0xff})}, nil}))},
		{"a byte string in pieces", "share", one(may(1, "", said{open, nil}))},
	}
}

func badExchangeAnswers() []badExchange {
	n, next := saysNumber, must(1, "", saysNumber(1))
	part := func(item, version, size said) field {
		return may(4, "", saysList(saysTuple(must(0, "", item), must(0, "", version), must(0, "", size))))
	}
	return []badExchange{
		{"a next of 0", "answer", one(must(1, "", n(0)))},
		{"a next that is none", "answer", one(must(1, "", n(4)))},
		{"a version that is none", "answer", one(next, part(n(0), n(14), n(1)))},
		{"a negative place", "answer", one(next, part(saysLess(1), n(0), n(1)))},
		{"a negative size", "answer", one(next, part(n(0), n(0), saysLess(1)))},
		{"a part without a size", "answer", one(next, may(4, "", saysList(saysTuple(must(0, "", n(0)), must(0, "", n(0))))))},
		{"null for an update", "answer", one(next, may(5, "", said{arrayNode(raw(0xf6)), nil}))},
		{"a set with zeros at its end", "answer", one(next, may(3, "", saysList(saysBytes(0))))},
		{"a short id", "announcement", one(must(1, "", saysBytes(1)), must(2, "", saysID(2)), must(3, "", saysBytes(1)), must(4, "", saysText("")))},
		{"a set with zeros at its end", "announcement", one(must(1, "", saysID(1)), must(2, "", saysID(2)), must(3, "", saysBytes(1, 0)), must(4, "", saysText("")))},
	}
}

func badReadings() []badExchange {
	n, state := saysNumber, []field{must(2, "", saysDigest("edition"))}
	return []badExchange{
		{"a source's set with zeros at its end", "state", one(append(state, may(4, "", saysList(spoken(must(1, "", saysID(1)), must(2, "", saysText("")), must(3, "", saysBytes(0))))))...)},
		{"a digest that is too long", "state", one(must(2, "", saysBytes(make([]byte, 33)...)))},
		{"neither a state nor a refusal", "lacking", one()},
		{"a state and a refusal", "lacking", one(may(1, "", spoken(state...)), may(2, "", spoken(must(1, "", n(1)))))},
		{"a state that is none", "lacking", one(may(1, "", spoken()))},
		{"an edition too little", "collections-request", one(must(1, "", saysList(saysTuple(must(0, "", saysID(1)), must(0, "", saysID(2))))))},
		{"a cursor that is none", "changes-request", one(must(1, "", n(3)))},
		{"a feed of zeros", "changes-request", one(must(1, "", spoken(may(1, "", saysID(0)))))},
		{"a state without an edition", "changes", one(must(1, "", spoken()), may(2, "", saysList(spoken(must(1, "", n(1)), must(2, "", spoken(aNotification...)), may(3, "", spoken())))))},
		{"a set with zeros at its end", "versions-request", one(may(1, "", saysBytes(0)))},
		{"more labels than items", "glimpse", one(may(2, "", n(1)), may(3, "", n(2)))},
		{"labels without items", "glimpse", one(may(3, "", n(2)))},
		{"more versions than a ladder has below the last", "glimpse", one(may(5, "", n(14)))},
	}
}

func badOthers() []badExchange {
	n, zeros := saysNumber, saysBytes(make([]byte, 32)...)
	return []badExchange{
		{"an outcome that is none", "verify-response", one(may(1, "", n(6)), must(2, "", saysID(1)), must(3, "", zeros))},
		{"a moment that is too late", "verify-request", one(must(1, "", saysText("")), must(2, "", saysBytes()), must(3, "", saysBytes()), may(4, "", n(1<<40+1)))},
		{"a negative moment", "verify-request", one(must(1, "", saysText("")), must(2, "", saysBytes()), must(3, "", saysBytes()), may(4, "", saysLess(1)))},
		{"a negative number", "id-request", one(may(1, "", saysLess(1)))},
		{"a number of 2^64 - 1", "id-request", one(may(1, "", n(1<<64-1)))},
		{"values out of order", "settings", one(may(2, "", said{mapNode(textNode("aa"), textNode(""), textNode("b"), textNode("")), nil}))},
		{"a value twice", "settings", one(may(2, "", said{mapNode(textNode("a"), textNode(""), textNode("a"), textNode("")), nil}))},
		{"a value that is a number", "settings", one(may(2, "", said{mapNode(textNode("a"), uintNode(1)), nil}))},
		{"a long nonce", "key-news-request", one(must(2, "", saysBytes(make([]byte, 17)...)))},
		{"a limit of -2^64", "fault", one(must(1, "", n(17)), may(4, "", saysLess(0)))},
		{"a float", "fault", one(must(1, "", said{raw(0xf9, 0x3c, 0x00), nil}))},
		{"a list that claims too much", "key-news", one(may(4, "", said{raw(0x9a, 0x7f, 0xff, 0xff, 0xff), nil}))},
	}
}

func badLetters() []badExchange {
	parked := func(address string, since said) *node {
		return one(may(1, "", saysList(spoken(must(1, "", saysID(1)), must(2, "", saysID(2)), must(3, "", saysText(address)), must(4, "", since)))))
	}
	return []badExchange{
		{"a letter to nobody", "parked", parked("", saysNumber(1))},
		{"a letter from before 1970", "parked", parked("bob@example.org", saysLess(1))},
	}
}
