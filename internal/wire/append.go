package wire

// AppendUint appends an unsigned integer.
func AppendUint(b []byte, v uint64) []byte { return AppendHead(b, Uint, v) }

// AppendInt appends an integer.
func AppendInt(b []byte, v int64) []byte {
	if v < 0 {
		return AppendHead(b, Nint, uint64(-1-v))
	}
	return AppendUint(b, uint64(v))
}

// AppendBytes appends a byte string.
func AppendBytes(b, s []byte) []byte { return append(AppendBytesHead(b, len(s)), s...) }

// AppendBytesHead appends the head of a byte string of n bytes, which follow.
func AppendBytesHead(b []byte, n int) []byte { return AppendHead(b, Bytes, uint64(n)) }

// AppendText appends a text string; s is valid UTF-8.
func AppendText(b []byte, s string) []byte {
	return append(AppendTextHead(b, len(s)), s...)
}

// AppendTextHead appends the head of a text string of n bytes, which follow.
func AppendTextHead(b []byte, n int) []byte { return AppendHead(b, Text, uint64(n)) }

// AppendArray appends the head of an array of n items, which follow.
func AppendArray(b []byte, n int) []byte { return AppendHead(b, Array, uint64(n)) }

// AppendMap appends the head of a map of n pairs, which follow in the order of
// their encoded keys.
func AppendMap(b []byte, n int) []byte { return AppendHead(b, Map, uint64(n)) }

// AppendTag appends a tag, whose item follows.
func AppendTag(b []byte, tag uint64) []byte { return AppendHead(b, Tag, tag) }
