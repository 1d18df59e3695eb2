package otelevent

// stage is something that takes a while.
type stage int

const (
	transfer   stage = iota // a version comes
	handOver                // a device hands a collection over
	completion              // a collection that was shown loses its last label
	stages
)

func (s stage) name() string { return [...]string{"transfer", "hand_over", "completion"}[s] }

func (s stage) about() string {
	return [...]string{
		"From the first bytes of a version to the last.",
		"From a share that was not known to the end of its hand-over.",
		"From a collection's arrival with labels to the news that none is left.",
	}[s]
}

// buckets are bounds in seconds: what comes over a link takes less than what waits for people.
func (s stage) buckets() []float64 {
	if s == transfer {
		return []float64{.01, .1, .5, 1, 5, 10, 60, 600, 3600}
	}
	return []float64{1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600}
}
