package station

import (
	"io"
	"time"
)

// The least that is asked of a stream at once, in bytes, and for how long at most one waits
// that is asked for more the next time.
const (
	leastAsked  = 512
	atOnceAsked = time.Millisecond
)

// AsItComes is r for who reads ahead and has to see soon what has come. A body of HTTP/1.1
// returns no part of a chunk before it has all that it is asked for: on a slow link, little
// is asked for, and more only while what is asked for is there at once.
func AsItComes(r io.Reader, now func() time.Time) io.Reader {
	return &asItComes{r, now, leastAsked}
}

type asItComes struct {
	r    io.Reader
	now  func() time.Time
	asks int
}

func (a *asItComes) Read(b []byte) (int, error) {
	began := a.now()
	n, err := a.r.Read(b[:min(len(b), a.asks)])
	if a.asks = min(2*a.asks, 1<<20); a.now().Sub(began) > atOnceAsked {
		a.asks = leastAsked
	}
	return n, err
}
