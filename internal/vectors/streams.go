package main

// stream is a sequence of a kind, upload or originals; an error is what its reader ends with.
type stream struct {
	name, kind, err string
	said
}

// frameOf is a frame of numbers and, at its end, data.
func frameOf(data []byte, numbers ...uint64) *node {
	n := arrayNode()
	for _, v := range numbers {
		n.kids = append(n.kids, uintNode(v))
	}
	n.kids = append(n.kids, bytesNode(data...))
	return n
}

// sequence is items one after the other: no item itself.
func sequence(items ...*node) *node {
	all := []byte{}
	for _, n := range items {
		all = append(all, expand(n.encode())...)
	}
	return raw(all...)
}

func goodStreams() []stream {
	data := []byte("0123456789")
	return []stream{
		{"upload: nothing", "upload", "", said{sequence(frameOf(nil, 0)), map[string]any{"frames": []any{}, "issued": 0, "seal": ""}}},
		{"upload: two versions and a seal", "upload", "", said{
			sequence(frameOf(data, 3, 0, 0), frameOf(nil, 70000, 13, 1<<33), frameOf([]byte{1, 2}, 1<<31)),
			map[string]any{"frames": []any{
				map[string]any{"item": 3, "version": 0, "offset": 0, "data": "30313233343536373839"},
				map[string]any{"item": 70000, "version": 13, "offset": 1 << 33, "data": ""},
			}, "issued": 1 << 31, "seal": "0102"},
		}},
		{"originals: nothing", "originals", "", said{noBytes(), map[string]any{"frames": []any{}}}},
		{"originals: two", "originals", "", said{
			sequence(frameOf(data, 3, 10), frameOf(nil, 70000, 0)),
			map[string]any{"frames": []any{
				map[string]any{"item": 3, "size": 10, "data": "30313233343536373839"}, map[string]any{"item": 70000, "size": 0, "data": ""},
			}},
		}},
	}
}

// brokenOff is what is left of an item that breaks off, and together is items that are one after the other.
func brokenOff(n *node, left int) said { return said{node: raw(expand(n.encode())[:left]...)} }

func together(items ...*node) said { return said{node: sequence(items...)} }

func badUploads() []stream {
	data, end := []byte("0123456789"), frameOf(nil, 0)
	wide, text, claims := frameOf(data, 0, 0, 0), frameOf(data, 0, 0, 0), frameOf(data, 0, 0, 0)
	wide.kids[1].wide, text.kids[3].major = 2, textStr
	claims.kids[3].claim(1 << 40)
	long := frameOf(make([]byte, 4097), 0)
	return []stream{
		{"upload: no end", "upload", "ErrTruncated", together(frameOf(data, 0, 0, 0))},
		{"upload: nothing at all", "upload", "ErrTruncated", said{node: noBytes()}},
		{"upload: cut in a frame", "upload", "ErrTruncated", brokenOff(frameOf(data, 0, 0, 0), 9)},
		{"upload: cut in a head", "upload", "ErrTruncated", brokenOff(frameOf(data, 0, 0, 300), 4)},
		{"upload: cut in the seal", "upload", "ErrTruncated", brokenOff(frameOf(data, 0), 5)},
		{"upload: goes on", "upload", "ErrMalformed", together(end, end)},
		{"upload: three numbers", "upload", "ErrMalformed", together(frameOf(data, 0, 0), end)},
		{"upload: a version that is none", "upload", "ErrMalformed", together(frameOf(data, 0, 14, 0), end)},
		{"upload: a place that is none", "upload", "ErrMalformed", together(frameOf(data, 1<<31, 0, 0), end)},
		{"upload: an offset beyond all", "upload", "ErrMalformed", together(frameOf(data, 0, 0, 1<<63-2), end)},
		{"upload: a length that is not there", "upload", "ErrTruncated", together(claims)},
		{"upload: a number that is not the shortest", "upload", "ErrMalformed", together(wide, end)},
		{"upload: a text", "upload", "ErrMalformed", together(text, end)},
		{"upload: a seal that is too long", "upload", "ErrTooLarge", together(long)},
	}
}

func badOriginals() []stream {
	data := []byte("0123456789")
	return []stream{
		{"originals: cut in a frame", "originals", "ErrTruncated", brokenOff(frameOf(data, 0, 10), 6)},
		{"originals: cut in a head", "originals", "ErrTruncated", brokenOff(frameOf(data, 0, 300), 3)},
		{"originals: an upload", "originals", "ErrMalformed", together(frameOf(data, 0, 0, 0))},
		{"originals: a place that is none", "originals", "ErrMalformed", together(frameOf(data, 1<<31, 10))},
		{"originals: a text", "originals", "ErrMalformed", together(arrayNode(uintNode(0), uintNode(10), textNode("0123456789")))},
	}
}

// noBytes is no bytes at all.
func noBytes() *node { return sequence() }
