package main

// by is an update by anna, unsealed.
func by(lists ...[]uint32) update { return update{ranks: ranks(lists...), issuer: anna} }

// says is a collection of kind flag in which anna says that.
func says(lists ...[]uint32) *document { return saysOf(flag, lists...) }

func saysOf(kind uint64, lists ...[]uint32) *document {
	u := by(lists...)
	return with(len(u.ranks), kind, u)
}

func labelVectors(s *suite) {
	s.good("labels-pending", "No updates: everything is pending.", bare(5, flag))
	s.good("labels-all-complete", "One value: a dictionary and no data, for any number of items.", says(many(1000, complete)))
	s.good("labels-one-complete", "One item, complete.", says(many(1, complete)))
	s.good("labels-all-withdrawn", "The author withdraws everything.", says(many(3, withdrawn)))
	s.good("labels-runs", "Two runs, shorter than 3 bytes at one bit an item.", says(many(17, 0), many(3, complete)))
	s.good("labels-runs-last-left-out", "A last run of pending items is left out.", says(many(12, complete), many(12, 0)))
	s.good("labels-runs-long", "Runs whose numbers take two and three bytes.", says(many(100, 0), many(70, complete), many(20000, 0), many(1, complete)))
	s.good("labels-runs-nothing-pending", "Without the value 0 the runs cover all items.", says(many(20, complete), many(20, withdrawn)))
	s.good("labels-runs-three-values", "Runs of three values.", says(many(20, withdrawn), many(9, 0), many(40, complete)))
	s.good("labels-tie", "Two bytes as runs, two bytes packed: a tie is packed.", says(many(8, 0), many(8, complete)))
	s.good("labels-tie-left-out", "One byte as runs with the last one left out, one byte packed.", says(many(5, complete), many(3, 0)))
	s.good("labels-one-below-tie", "Two bytes as runs, three bytes packed.", says(many(8, 0), many(9, complete)))
	s.good("labels-packed-1", "One bit an item, three bits of the last byte not used.", says(cycle(13, complete, 0)))
	s.good("labels-packed-1-full", "One bit an item, every bit used.", says(cycle(64, complete, 0, 0, complete, complete, 0)))
	s.good("labels-packed-2", "Three values: two bits an item.", says(cycle(11, complete, 0, withdrawn)))
	s.good("labels-packed-2-full", "Four values: two bits an item.", saysOf(degree, cycle(12, complete, 0, 1, 2)))
	s.good("labels-packed-4", "Five values: four bits an item.", saysOf(degree, cycle(11, 0, 1, 2, complete, withdrawn)))
	s.good("labels-packed-8-tie", "Twenty values, a byte an item either way: a tie is packed.", says(generations(20)))
	s.good("labels-runs-many-values", "Three hundred values, each once: runs are shorter than two bytes an item.", says(generations(300)))
	s.good("labels-packed-16-tie", "16,512 values, each once: as runs 128 numbers take one byte, 16,256 two and 128 three, as much as two bytes an item.", says(generations(16512)))
	s.good("labels-packed-16", "A value more.", says(generations(16513)))
	s.good("labels-generation", "Taken back in generations 1 and 2, and complete again.", says([]uint32{rank(1, 0), rank(1, complete), rank(2, withdrawn), 0, complete}))
	s.good("labels-generation-last", "The last generation.", says([]uint32{rank(1<<28-1, 0), rank(1<<28-1, complete), rank(1<<28-1, withdrawn)}))
	s.good("labels-boolean", "Kind boolean: pending, complete, withdrawn.", saysOf(boolean, []uint32{0, complete, withdrawn}))
	s.good("labels-degree", "Kind degree: every level that the default ladder has.", saysOf(degree, []uint32{0, 1, 2, complete, withdrawn}))
	s.good("labels-degree-alike", "Kind degree: all items at one level.", saysOf(degree, many(100, 2)))
	deep := saysOf(degree, []uint32{1, 13, complete, rank(3, 13)})
	for i := range 14 {
		deep.ladder = append(deep.ladder, version{string(rune('a' + i)), 0})
	}
	s.good("labels-degree-13", "Kind degree: the highest level below complete, of 14 versions.", deep)
}

// generations are n ranks, pending in generation 0, 1, 2 and so on.
func generations(n int) (list []uint32) {
	for g := range n {
		list = append(list, rank(uint32(g), 0))
	}
	return list
}

func updatesVectors(s *suite) {
	pick := func(r ...uint32) []uint32 { return r }
	s.good("updates-author-and-completer", "Two issuers, neither of whom says as much as the other.",
		with(3, flag, by(pick(14, 0, 0)), update{pick(0, 14, 0), home, seal{}}))
	s.good("updates-completers-agree", "Two completers say the same: neither takes the other's place.",
		with(2, flag, update{pick(14, 0), home, seal{}}, update{pick(14, 0), store, seal{}}))
	s.good("updates-completer-says-more", "A completer says more than the author: the author's update stays.",
		with(2, flag, by(pick(14, 0)), update{pick(14, 14), home, seal{}}))
	s.good("updates-authority-validates", "The authority's update over everything.", with(1000, flag, update{many(1000, 14), none, sealBy(hub, 1795424600, 3)}))
	s.good("updates-withdrawn-above-complete", "Withdrawn is above complete: the authority cannot undo it in the same generation.",
		with(2, flag, by(pick(15, 0)), update{pick(14, 14), none, seal{}}))
	s.good("updates-take-back", "The authority opens the next generation of an item that a completer had completed.",
		with(2, flag, update{pick(14, 14), home, seal{}}, update{pick(16, 0), none, seal{}}))
	s.good("updates-completer-waits", "A completer speaks of a generation that nobody opened yet: kept, and without effect.",
		with(2, flag, by(pick(0, 14)), update{pick(30, 0), home, seal{}}))
	s.good("updates-completer-heard", "The author opened the generation: the completer is heard.",
		with(2, flag, by(pick(16, 14)), update{pick(30, 0), home, seal{}}))
	s.good("updates-completer-opens-nothing", "A completer's higher generation does not open it for another completer.",
		with(1, flag, update{pick(30), home, seal{}}, update{pick(14), store, seal{}}))
	s.good("updates-one-issuer-two-keys", "Two stations of one completer: each key has an update, ascending by key.",
		with(2, flag, update{pick(14, 0), home, sealBy(keyOf(2), 5, 1)}, update{pick(0, 14), home, sealBy(keyOf(1), 9, 1)}))
	s.good("updates-unsealed-and-sealed", "An update without a seal comes before those of keys.",
		with(2, flag, update{pick(14, 0), home, seal{}}, update{pick(0, 14), home, sealBy(keyOf(1), 5, 1)}, by(pick(14, 0))))
	s.good("updates-header-of-32", "The header of a seal is its key's 32 bytes and nothing else: they name it.",
		with(2, flag, update{pick(14, 0), home, sealBy(keyOf(1), 5, 1)}, update{pick(0, 14), home, bareSeal(keyOf(2))}))
	s.good("updates-below-author", "A completer says no more than the author: both stay, for neither speaks for the other.",
		with(2, flag, by(pick(14, 14)), update{pick(14, 0), home, seal{}}))
	s.good("updates-below-authority", "The authority does not mention every item: what others say stays, though it is no more.",
		with(2, flag, update{pick(14, 0), home, seal{}}, update{pick(14, 0), none, seal{}}))
	s.good("updates-over-the-bar", "The authority's least rank is complete, and a completer speaks of the next generation of one item.",
		with(2, flag, update{pick(30, 14), home, seal{}}, update{pick(14, 14), none, seal{}}))
	s.good("updates-author-as-completer", "The author is the author even where it is named as completer too.", func() *document {
		d := with(2, flag, by(pick(15, 16)))
		d.completers = [][]byte{anna, home}
		return d
	}())
	s.good("updates-degrees-join", "Levels join by the greater one.",
		with(3, degree, by(pick(1, 2, 0)), update{pick(2, 1, 0), home, seal{}}, update{pick(0, 0, 1), none, seal{}}))
	s.good("updates-ascend-by-issuer", "Updates ascend by issuer, the authority's first.",
		with(1, degree, update{pick(2), store, sealOf(8, 8)}, update{pick(1), none, seal{}}, update{pick(2), home, sealOf(9, 9)}))
}

func updateVectors(s *suite) {
	identity := unhex(bare(3, flag).want().Identity)
	add := func(name, description string, kind uint64, u update) {
		s.add(vector{Name: name, Description: description, Kind: "update", Want: u.want(bare(3, flag).want().Identity, kind)}, u.node(identity, kind))
	}
	add("update-author", "By the author, unsealed.", flag, by([]uint32{14, 0, 0}))
	add("update-completer", "By a completer, sealed.", flag, update{[]uint32{0, 14, 0}, home, sealOf(1795424500, 1)})
	add("update-authority", "By the authority: no issuer.", flag, update{many(3, 14), none, sealOf(1795424500, 2)})
	add("update-no-clock", "A seal by an issuer without a clock.", flag, update{many(3, 14), anna, sealOf(0, 3)})
	add("update-issued-unsealed", "A time and no seal.", flag, update{many(3, 14), anna, seal{issued: 1795424500}})
	add("update-boolean", "Kind boolean.", boolean, by([]uint32{14, 15, 0}))
	add("update-degree", "Kind degree.", degree, by([]uint32{1, 2, 14}))
	add("update-nothing", "Mentions no item.", flag, by(many(3, 0)))
	add("update-no-items", "Of a collection without items.", flag, by())
	add("update-take-back", "Opens generations.", flag, by([]uint32{16, 32, 0}))
	add("update-one-of-a-million", "One item of a million: nine bytes of labels.", flag, by(many(654321, 0), many(1, 14), many(345678, 0)))
	add("update-all-of-a-million", "All of a million items: five bytes of labels.", flag, by(many(1000000, 14)))
	add("update-packed", "Every other item of forty.", flag, by(cycle(40, 14, 0)))
	add("update-tie", "A tie is packed.", flag, by(many(8, 0), many(8, 14)))
}

// node writes an update that travels alone.
func (u update) node(identity []byte, kind uint64) *node {
	m := mapNode()
	m.set(1, bytesNode(identity...))
	if kind != flag {
		m.set(2, uintNode(kind))
	}
	if len(u.ranks) > 0 {
		m.set(3, uintNode(uint64(len(u.ranks))))
	}
	m.set(4, labelsNode(u.ranks))
	if len(u.issuer) > 0 {
		m.set(5, bytesNode(u.issuer...))
	}
	if u.seal.issued > 0 {
		m.set(6, uintNode(u.seal.issued))
	}
	if len(u.seal.bytes) > 0 {
		m.set(7, bytesNode(u.seal.bytes...))
	}
	return m
}

// bareSeal names a key with as short a header as there is.
func bareSeal(key []byte) seal {
	return seal{5, expand(tagNode(18, arrayNode(bytesNode(key...), mapNode(), nothing(), bytesNode())).encode()), key}
}
