package main

import (
	"slices"
	"testing"
)

// TestLookUp: a simulated look-up asks those that are closest of all, nobody more than twice, and
// by far not everybody; the same seed makes the same ones.
func TestLookUp(t *testing.T) {
	m, again := newModel(5000, 7), newModel(5000, 7)
	by := m.ids[17]
	for range 50 {
		place, same := m.rand.Uint64(), again.rand.Uint64()
		asked := m.lookUp(by, place)
		if !slices.Equal(asked, again.lookUp(by, same)) {
			t.Fatal("another one by the same seed")
		}
		times := map[uint64]int{}
		for _, host := range asked {
			times[host]++
		}
		others := slices.DeleteFunc(slices.Clone(m.ids), func(id uint64) bool { return id == by })
		missed := 0
		for _, host := range nearest(others, place) {
			if times[host] == 0 {
				missed++
			}
		}
		if missed > 0 || len(asked) > 100 || times[by] > 0 {
			t.Errorf("%d of the closest were not asked, in %d requests", missed, len(asked))
		}
		for host, n := range times {
			if n > 2 {
				t.Errorf("%x is asked %d times", host, n)
			}
		}
	}
}

// TestSmallNetworks: a look-up ends where there are fewer hosts than a bucket has, and asks all.
func TestSmallNetworks(t *testing.T) {
	for hosts := range 20 {
		m := newModel(hosts+1, 3)
		asked := m.lookUp(m.ids[0], m.rand.Uint64())
		slices.Sort(asked)
		if n := len(slices.Compact(asked)); n != hosts {
			t.Errorf("%d of %d others are asked", n, hosts)
		}
	}
}
