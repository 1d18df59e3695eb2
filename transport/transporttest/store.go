package transporttest

import (
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// Store checks a store against the contract of transport.Store. Open returns an empty
// store at first; called again with the same t, it returns the store as a new process
// finds it after the one before has crashed: what that one returned is not closed in
// order, and not used any more, except that calls which are under way may still end, in
// any way. Open ends what it opened with t.Cleanup.
func Store(t *testing.T, open func(t testing.TB) transport.Store) {
	try(t, open, storeTrials())
}

// SharedStore checks that several processes may use a store at once, for stores which
// say so, beside what Store checks. Open returns an empty store at first; called again
// with the same t, it returns the same one as a further process uses it.
func SharedStore(t *testing.T, open func(t testing.TB) transport.Store) {
	try(t, open, sharedTrials())
}

func storeTrials() []trial[transport.Store] {
	return slices.Concat(
		blobTrials(), uploadTrials(), recordTrials(), conditionTrials(),
		keyTrials(), walkTrials(), raceTrials(), crashTrials(), contextTrials(),
	)
}
