package main

import "slices"

// badQuestions are questions that are refused.
func badQuestions(album asking) (list []messageVector) {
	for _, bad := range []struct {
		name   string
		change func(q *node)
	}{
		{"without a nonce", func(q *node) { q.kids = q.kids[:1] }},
		{"without a proof", func(q *node) { q.kids = q.kids[:2] }},
		{"a short proof", func(q *node) { q.kids[2] = bytesNode(make([]byte, 31)...) }},
		{"one thing more", func(q *node) { q.kids = append(q.kids, bytesNode()) }},
		{"a short topic", func(q *node) { q.kids[0] = bytesNode(make([]byte, 31)...) }},
		{"a long nonce", func(q *node) { q.kids[1] = bytesNode(make([]byte, 17)...) }},
		{"a text for a topic", func(q *node) { q.kids[0] = textNode("") }},
		{"a head that is not the shortest", func(q *node) { q.kids[1].wide = 2 }},
		{"of indefinite length", func(q *node) { q.open = true }},
		{"a map", func(q *node) { q.major = mapping }},
		{"a length that is not there", func(q *node) { q.kids[1].claim(1 << 40) }},
	} {
		list = append(list, album.spoilt("question: "+bad.name, bad.change))
	}
	return list
}

// badAnswers are answers that are refused, or prove nothing.
func badAnswers(album asking) (list []messageVector) {
	another := album
	another.called = anotherHost
	replayed := album
	replayed.nonce = slices.Repeat([]byte{9}, 16)
	other := album
	other.secret = hashOf([]byte("another album"))
	for _, bad := range []struct {
		name, err string
		change    func(a *node)
	}{
		{"sealed for another host", "ErrPeerKey", func(a *node) { a.kids[1] = another.answerNode().kids[1] }},
		{"without a seal", "ErrPeerKey", func(a *node) { a.kids[1] = bytesNode() }},
		{"a proof for another host", "", func(a *node) { a.kids[3] = another.answerNode().kids[3] }},
		{"a proof for another question", "", func(a *node) { a.kids[3] = replayed.answerNode().kids[3] }},
		{"a proof of another collection", "", func(a *node) { a.kids[3] = other.answerNode().kids[3] }},
		{"the topic for a proof", "", func(a *node) { a.kids[3] = bytesNode(album.topic()...) }},
		{"a short proof", "ErrMalformed", func(a *node) { a.kids[3] = bytesNode(make([]byte, 31)...) }},
		{"without a proof", "ErrMalformed", func(a *node) { a.kids = a.kids[:3] }},
		{"one thing more", "ErrMalformed", func(a *node) { a.kids = append(a.kids, bytesNode()) }},
		{"no key", "ErrKey", func(a *node) { a.kids[0] = bytesNode() }},
		{"half a key", "ErrKey", func(a *node) { a.kids[0] = bytesNode(holdsIt.cose()[:20]...) }},
		{"a head that is not the shortest", "ErrMalformed", func(a *node) { a.kids[3].wide = 2 }},
		{"a text for an endpoint", "ErrMalformed", func(a *node) { a.kids[2] = textNode("") }},
		{"of indefinite length", "ErrMalformed", func(a *node) { a.open = true }},
	} {
		v := album.answer(bad.name, bad.err, bad.change)
		v.Holds = false
		list = append(list, v)
	}
	return list
}
