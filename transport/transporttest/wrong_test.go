package transporttest

import (
	"slices"
	"testing"
)

// TestWrongStores runs on each store with a defect the check that is named after it. A
// check that finds none of them is one that finds nothing.
func TestWrongStores(t *testing.T) {
	mustFail(t, slices.Concat(
		wrongBlobs, wrongUploads, wrongRecords, wrongConditions, wrongKeys, wrongWalks,
		wrongRaces, wrongCrash, wrongContexts,
	), storeTrials())
}
