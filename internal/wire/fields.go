package wire

// Fields reads a map with keys of 1 to last, in ascending order and each at
// most once, and calls read for each. Other keys are refused with ErrType.
func (r *Reader) Fields(last int, read func(key int)) {
	n := r.Map(last)
	previous := uint64(0)
	for range n {
		at := r.Offset()
		key := r.head(Uint)
		switch {
		case r.err != nil:
			return
		case key > uint64(last) || key == 0:
			r.Fail(at, ErrType)
			return
		case key <= previous:
			r.Fail(at, ErrNotCanonical)
			return
		}
		previous = key
		read(int(key))
	}
}
