package main

import "bytes"

func badClaimVectors(s *suite) {
	pick := func(r ...uint32) []uint32 { return r }
	bad := func(name, description, err string, d *document) { s.bad("bad-update-"+name, description, err, d, nil) }
	bad("stranger", "An issuer who is neither author nor completer.", "ErrNotAuthorised", with(2, flag, update{pick(14, 0), ben, seal{}}))
	bad("no-authority", "By the authority of a collection that names none.", "ErrNotAuthorised", func() *document {
		d := with(2, flag, update{pick(14, 0), none, seal{}})
		d.authority = nil
		return d
	}())
	bad("completer-withdraws", "A completer withdraws.", "ErrNotAuthorised", with(2, flag, update{pick(15, 0), home, seal{}}))
	bad("authority-withdraws", "The authority withdraws.", "ErrNotAuthorised", with(2, flag, update{pick(15, 0), none, seal{}}))
	bad("flag-level", "A level between pending and complete of the kind flag.", "ErrRank", with(2, flag, by(pick(1, 0))))
	bad("boolean-level", "A level between pending and complete of the kind boolean, in a generation.", "ErrRank", with(2, boolean, by(pick(rank(1, 2), 0))))
	bad("degree-level", "Level 3 of three versions, which is written as complete.", "ErrRank", with(2, degree, by(pick(3, 0))))
	bad("degree-level-13", "Level 13 of three versions.", "ErrRank", with(2, degree, by(pick(13, 0))))
	bad("nothing", "An update that mentions no item.", "ErrNotCanonical", with(2, flag, by(pick(0, 0))))
	bad("no-items", "An update of a collection without items.", "ErrNotCanonical", with(0, flag, by()))
	bad("under-the-bar", "A completer's update whose every rank is at most the least that the authority says.", "ErrNotCanonical",
		with(2, flag, update{pick(14, 0), home, seal{}}, update{pick(14, 14), none, seal{}}))
	bad("author-under-the-bar", "The same of the author's.", "ErrNotCanonical", with(2, flag, by(pick(16, 14)), update{pick(16, 16), none, seal{}}))
	bad("one-key-twice", "Two updates of one key.", "ErrOrder",
		with(2, flag, update{pick(14, 0), home, sealBy(keyOf(1), 1, 1)}, update{pick(0, 14), home, sealBy(keyOf(1), 2, 1)}))
	bad("no-key-twice", "Two updates without a key.", "ErrOrder", with(2, flag, update{pick(14, 0), home, seal{}}, update{pick(0, 14), home, sealOf(2, 1)}))
	badClaimForms(s)
}

func badClaimForms(s *suite) {
	bad := func(name, description, err string, change func(c *parts)) {
		d := with(2, flag, by([]uint32{14, 0}), update{[]uint32{0, 14}, home, sealOf(7, 1)})
		s.bad("bad-update-"+name, description, err, d, change)
	}
	last := func(place int, n *node) func(c *parts) { return func(c *parts) { c.claim(1).kids[place] = n } }
	bad("list-empty", "No updates, written out.", "ErrNotCanonical", func(c *parts) { c.top.set(5, arrayNode()) })
	bad("list-map", "The updates as a map.", "ErrType", func(c *parts) { c.top.field(5).major = mapping })
	bad("list-indefinite", "The updates in an array of indefinite length.", "ErrNotCanonical", func(c *parts) { c.top.field(5).open = true })
	bad("list-claims", "An array that claims 200 updates.", "ErrTruncated", func(c *parts) { c.top.field(5).claim(200) })
	bad("order", "Updates that descend.", "ErrOrder", func(c *parts) { l := c.top.field(5).kids; l[0], l[1] = l[1], l[0] })
	bad("twice", "An update twice.", "ErrOrder", func(c *parts) { l := c.top.field(5).kids; l[1] = l[0] })
	bad("triple", "An update of three parts.", "ErrLength", func(c *parts) { c.claim(1).kids = c.claim(1).kids[:3] })
	bad("long", "An update of five parts.", "ErrLength", func(c *parts) { c.claim(1).kids = append(c.claim(1).kids, uintNode(0)) })
	bad("bytes", "An update as a byte string.", "ErrType", func(c *parts) { c.top.field(5).kids[1] = bytesNode(1) })
	bad("issuer-short", "An issuer of 15 bytes.", "ErrLength", last(1, bytesNode(home[1:]...)))
	bad("issuer-long", "An issuer of 17 bytes.", "ErrLength", last(1, bytesNode(append(home[:16:16], 1)...)))
	bad("issuer-zero", "An issuer of zeros: the authority is written as an empty string.", "ErrNotCanonical", last(1, bytesNode(id(0)...)))
	bad("issuer-text", "An issuer as a text.", "ErrType", last(1, textNode("")))
	bad("issued-over", "A time in the year 10000.", "ErrLimit", last(2, uintNode(lastMoment+1)))
	bad("issued-negative", "A time before 1970.", "ErrType", last(2, below(1)))
	bad("issued-long", "A time of 7 seconds in two bytes.", "ErrNotCanonical", last(2, wide(uintNode(7), 1)))
	bad("seal-null", "Null for a seal that is not there.", "ErrType", last(3, nothing()))
	bad("seal-long", "A seal of 1,025 bytes.", "ErrLimit", last(3, bytesNode(bytes.Repeat([]byte{1}, 1025)...)))
	bad("seal-head-long", "The length of a seal in three bytes.", "ErrNotCanonical", last(3, wide(bytesNode(bytes.Repeat([]byte{1}, 64)...), 2)))
}

func badSealVectors(s *suite) {
	bad := func(name, description, err string, change func(c *parts)) {
		s.bad("bad-seal-"+name, description, err, rich(), change)
	}
	put := func(n *node) func(c *parts) { return func(c *parts) { c.top.set(3, n) } }
	bad("empty", "No seal, written out.", "ErrNotCanonical", put(arrayNode(uintNode(5), bytesNode())))
	bad("bytes", "A seal without its time.", "ErrType", put(bytesNode(1)))
	bad("triple", "A seal of three parts.", "ErrLength", put(arrayNode(uintNode(5), bytesNode(1), bytesNode(1))))
	bad("issued-over", "A time in the year 10000.", "ErrLimit", put(arrayNode(uintNode(lastMoment+1), bytesNode(1))))
	bad("issued-text", "A time as a text.", "ErrType", put(arrayNode(textNode("now"), bytesNode(1))))
	bad("text", "A seal as a text.", "ErrType", put(arrayNode(uintNode(5), textNode("s"))))
	bad("map", "A seal as a map.", "ErrType", put(mapNode(uintNode(5), bytesNode(1))))
	unnamed := made(1, func(d *document) { d.authoritySeal = sealOf(1, 5) })
	s.bad("bad-seal-no-authority", "A seal by the authority of a collection that names none.", "ErrNotAuthorised", unnamed, nil)
	badResolutions(s)
}

func badResolutions(s *suite) {
	bad := func(name, description, err string, change func(c *parts)) {
		s.bad("bad-resolved-"+name, description, err, rich(), change)
	}
	first := func(place int, n *node) func(c *parts) {
		return func(c *parts) { c.top.field(6).kids[0].kids[place] = n }
	}
	bad("empty", "No resolved addresses, written out.", "ErrNotCanonical", func(c *parts) { c.top.set(6, arrayNode()) })
	bad("claims", "An array that claims a million.", "ErrTruncated", func(c *parts) { c.top.field(6).claim(1000000) })
	bad("order", "Addresses that descend.", "ErrOrder", func(c *parts) { l := c.top.field(6).kids; l[0], l[1] = l[1], l[0] })
	bad("twice", "An address and its user twice.", "ErrOrder", func(c *parts) { l := c.top.field(6).kids; l[1] = l[0] })
	bad("not-shared", "An address with which the collection is not shared.", "ErrNotAuthorised", first(0, bytesNode(bytes.Repeat([]byte{0xd0}, 32)...)))
	bad("address-short", "An address of 31 bytes.", "ErrLength", first(0, bytesNode(door[1:]...)))
	bad("address-long", "An address of 33 bytes.", "ErrLength", first(0, bytesNode(append(door[:32:32], 1)...)))
	bad("user-zero", "A user of zeros.", "ErrZero", first(1, bytesNode(id(0)...)))
	bad("user-short", "A user of 15 bytes.", "ErrLength", first(1, bytesNode(ben[1:]...)))
	bad("triple", "A resolution of three parts.", "ErrLength", func(c *parts) { r := c.top.field(6).kids[0]; r.kids = r.kids[:3] })
	unnamed := made(1, func(d *document) {
		d.addresses, d.resolutions = [][]byte{door}, []resolution{{door, ben, sealOf(0, 6)}}
	})
	s.bad("bad-resolved-no-authority", "A resolved address in a collection that names no authority.", "ErrNotAuthorised", unnamed, nil)
	s.bad("bad-resolved-17-users", "One address is one user too many.", "ErrLimit", crowd(17), nil)
	badAcceptances(s)
}

func badAcceptances(s *suite) {
	bad := func(name, description, err string, change func(c *parts)) {
		d := accepted(resolution{door, ben, sealBy(keyOf(1), 0, 7)}, resolution{door, ben, sealBy(keyOf(2), 0, 7)})
		s.bad("bad-accepted-"+name, description, err, d, change)
	}
	first := func(place int, n *node) func(c *parts) {
		return func(c *parts) { c.top.field(7).kids[0].kids[place] = n }
	}
	bad("empty", "No accepted addresses, written out.", "ErrNotCanonical", func(c *parts) { c.top.set(7, arrayNode()) })
	bad("claims", "An array that claims a million.", "ErrTruncated", func(c *parts) { c.top.field(7).claim(1000000) })
	bad("order", "Keys that descend.", "ErrOrder", func(c *parts) { l := c.top.field(7).kids; l[0], l[1] = l[1], l[0] })
	bad("twice", "An address, its user and a key twice.", "ErrOrder", func(c *parts) { l := c.top.field(7).kids; l[1] = l[0] })
	bad("not-shared", "An address with which the collection is not shared.", "ErrNotAuthorised", first(0, bytesNode(bytes.Repeat([]byte{0xd0}, 32)...)))
	bad("user-zero", "A user of zeros.", "ErrZero", first(1, bytesNode(id(0)...)))
	bad("triple", "An acceptance of three parts.", "ErrLength", func(c *parts) { r := c.top.field(7).kids[0]; r.kids = r.kids[:3] })
	unnamed := made(1, func(d *document) {
		d.addresses, d.acceptances = [][]byte{door}, []resolution{{door, ben, sealOf(0, 7)}}
	})
	s.bad("bad-accepted-no-authority", "An accepted address in a collection that names no authority.", "ErrNotAuthorised", unnamed, nil)
}
