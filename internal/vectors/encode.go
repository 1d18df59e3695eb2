package main

// head writes the head of an item with an argument, in the fewest bytes or in
// as many as are asked for.
func head(major byte, arg uint64, wide int) []byte {
	if wide == 0 {
		switch {
		case arg < 24:
			return []byte{major<<5 | byte(arg)}
		case arg < 256:
			wide = 1
		case arg < 65536:
			wide = 2
		case arg < 1<<32:
			wide = 4
		default:
			wide = 8
		}
	}
	info := map[int]byte{1: 24, 2: 25, 4: 26, 8: 27}[wide]
	b := []byte{major<<5 | info}
	for shift := 8 * (wide - 1); shift >= 0; shift -= 8 {
		b = append(b, byte(arg>>shift))
	}
	return b
}

// encode writes n as pieces.
func (n *node) encode() []piece {
	if n.verbatim != nil {
		return literal(n.verbatim)
	}
	content := append([]piece{}, n.pieces...)
	for _, kid := range n.kids {
		content = append(content, kid.encode()...)
	}
	arg := n.arg
	switch n.major {
	case byteStr, textStr:
		arg = size(content)
	case array:
		arg = uint64(len(n.kids))
	case mapping:
		arg = uint64(len(n.kids) / 2)
	}
	if n.claimed != nil {
		arg = *n.claimed
	}
	if !n.open {
		return join(literal(head(n.major, arg, n.wide)), content)
	}
	if n.major == byteStr || n.major == textStr { // one chunk
		content = join(literal(head(n.major, arg, n.wide)), content)
	}
	return join(literal([]byte{n.major<<5 | 31}), content, literal([]byte{0xff}))
}
