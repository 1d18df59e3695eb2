package transporttest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

func raceTrials() []trial[transport.Store] {
	return []trial[transport.Store]{
		{"conditional changes at once all count", countAtOnce},
		{"one of many makes a record", makeAtOnce},
		{"conditions and changes are at one moment", skewAtOnce},
		{"batches at once are whole", batchesAtOnce},
		{"batches at once keep a total", totalAtOnce},
		{"batches of different keys do not conflict", apartAtOnce},
		{"changes at once have different versions", versionsAtOnce},
		{"get is of one moment", getAtOnce},
		{"what Apply returned for is seen", seenAtOnce},
		{"a record is read as it was", pairsAtOnce},
	}
}

// tries is how often who lost may try again; who tries that often finds a store in
// which nobody gets on.
const tries = 10_000

// update changes one record on the condition that it is as it was read, until that
// succeeds.
func update(t testing.TB, s transport.Store, key string, next func(string) string) error {
	for range tries {
		found, err := s.Get(t.Context(), key)
		if err != nil {
			return err
		}
		r := found[0]
		if err := apply(t, s, if1(key, r.Version), to(key, next(string(r.Value)))); !errors.Is(err, transport.ErrConflict) {
			return err
		}
	}
	return errors.New("always a conflict")
}

// plus adds to a number in decimal digits; nothing is 0.
func plus(n int) func(string) string {
	return func(old string) string {
		was, _ := strconv.Atoi(old)
		return strconv.Itoa(was + n)
	}
}

func countAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	atOnce(t, 8, func(int) error {
		for range 20 {
			if err := update(t, s, "count", plus(1)); err != nil {
				return err
			}
		}
		return nil
	})
	has(t, s, "count", "160")
}

func makeAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	for round := range 20 {
		var made atomic.Int64
		key := fmt.Sprintf("new/%d", round)
		atOnce(t, 8, func(int) error {
			err := apply(t, s, if1(key, 0), to(key, "x"), to("also", "x"))
			if errors.Is(err, transport.ErrConflict) {
				return nil
			}
			made.Add(1)
			return err
		})
		if made.Load() != 1 {
			t.Fatalf("%d have made a record", made.Load())
		}
	}
}

// skewAtOnce has two that each change their own record if the other's is as it was: one
// of them can, whoever is first.
func skewAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	keys := []string{"skew/a", "skew/b"}
	for round := range 50 {
		version := set(t, s, toAll(keys, "on")...)
		var done atomic.Int64
		atOnce(t, 2, func(i int) error {
			err := apply(t, s, if1(keys[1-i], version), to(keys[i], "off"))
			if errors.Is(err, transport.ErrConflict) {
				return nil
			}
			done.Add(1)
			return err
		})
		if done.Load() != 1 {
			t.Fatalf("round %d: %d of 2 have changed a record while the other was on", round, done.Load())
		}
	}
}

// batchesAtOnce has several write the same records in different orders, and looks after
// each round whether all are of one batch.
func batchesAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	keys := []string{"b/1", "b/2", "b/3", "b/4", "b/5"}
	for range 20 {
		atOnce(t, 6, func(i int) error {
			order := slices.Concat(keys[i%5:], keys[:i%5])
			_, err := s.Apply(t.Context(), transport.Batch{Changes: toAll(order, strconv.Itoa(i))})
			return err
		})
		found, err := s.Get(t.Context(), keys...)
		want(t, err, nil)
		want(t, ofOneBatch(found), nil)
	}
}

// ofOneBatch returns an error unless records have been set together to one value.
func ofOneBatch(found []transport.Record) error {
	for _, r := range found {
		if r.Version != found[0].Version || !bytes.Equal(r.Value, found[0].Value) {
			return fmt.Errorf("records of different batches: %v", found)
		}
	}
	return nil
}

// totalAtOnce moves amounts between accounts, while others look at all of them.
func totalAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	keys := []string{"account/0", "account/1", "account/2", "account/3", "account/4"}
	set(t, s, toAll(keys, "100")...)
	ending := make(chan struct{})
	var movers sync.WaitGroup
	movers.Add(4)
	go func() { movers.Wait(); close(ending) }()
	atOnce(t, 6, func(i int) error {
		if i >= 4 {
			return whileOpen(ending, func() error { return totals(t, s, keys, 500) })
		}
		defer movers.Done()
		random := rand.New(rand.NewPCG(3, uint64(i)))
		for range 20 {
			if err := move(t, s, keys[random.IntN(5)], keys[random.IntN(5)], random.IntN(50)); err != nil {
				return err
			}
		}
		return nil
	})
	want(t, totals(t, s, keys, 500), nil)
}

func totals(t testing.TB, s transport.Store, keys []string, should int) error {
	found, err := s.Get(t.Context(), keys...)
	if err != nil {
		return err
	}
	total := 0
	for _, r := range found {
		n, _ := strconv.Atoi(string(r.Value))
		total += n
	}
	if total != should {
		return fmt.Errorf("the total is %d, want %d", total, should)
	}
	return nil
}

func move(t testing.TB, s transport.Store, from, to string, n int) error {
	if from == to {
		return nil
	}
	for range tries {
		found, err := s.Get(t.Context(), from, to)
		if err != nil {
			return err
		}
		batch := transport.Batch{}
		for i, r := range found {
			batch.Conditions = append(batch.Conditions, transport.Condition{Key: r.Key, Version: r.Version})
			batch.Changes = append(batch.Changes, transport.Change{Key: r.Key, Value: []byte(plus([]int{-n, n}[i])(string(r.Value)))})
		}
		if _, err = s.Apply(t.Context(), batch); !errors.Is(err, transport.ErrConflict) {
			return err
		}
	}
	return errors.New("always a conflict")
}

func apartAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	atOnce(t, 8, func(i int) error {
		keys := []string{fmt.Sprintf("apart/%d/a", i), fmt.Sprintf("apart/%d/b", i)}
		version := uint64(0)
		for range 20 {
			on := []transport.Condition{{Key: keys[0], Version: version}, {Key: keys[1], Version: version}}
			next, err := s.Apply(t.Context(), transport.Batch{Conditions: on, Changes: toAll(keys, "x")})
			if err != nil {
				return err
			}
			version = next
		}
		return nil
	})
}

func versionsAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	var seen sync.Map
	atOnce(t, 8, func(int) error {
		for range 20 {
			version, err := s.Apply(t.Context(), transport.Batch{Changes: []transport.Change{to("r", "x")}})
			if err != nil {
				return err
			}
			if _, again := seen.LoadOrStore(version, true); again || version == 0 {
				return fmt.Errorf("version %d of two changes", version)
			}
		}
		return nil
	})
}

// writing writes numbers that grow into records, each into all of them, while others
// look, until they have looked at many of them. They are told which number has been
// written at least, and stop at an error.
func writing(t testing.TB, s transport.Store, keys []string, look func(least int64) error) (versions map[string]uint64) {
	t.Helper()
	ending := make(chan struct{})
	var written, latest, looks atomic.Int64
	versions = map[string]uint64{}
	write := func(i int64) error {
		value := strconv.FormatInt(i, 10)
		version, err := s.Apply(t.Context(), transport.Batch{Changes: toAll(keys, value)})
		versions[value] = version
		written.Store(i)
		return err
	}
	want(t, write(1), nil)
	atOnce(t, 4, func(i int) error {
		if i > 0 {
			return whileOpen(ending, func() error {
				least := written.Load()
				if latest.Swap(least) != least {
					looks.Add(1)
				}
				err := look(least)
				if err != nil {
					looks.Add(tries)
				}
				return err
			})
		}
		defer close(ending)
		for i := int64(2); i < 100 || looks.Load() < 50 && i < tries; i++ {
			if err := write(i); err != nil {
				return err
			}
		}
		return nil
	})
	return versions
}

func getAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	keys := []string{"m/1", "m/2", "m/3", "m/4", "m/5", "m/6", "m/7", "m/8"}
	writing(t, s, keys, func(int64) error {
		found, err := s.Get(t.Context(), keys...)
		return errors.Join(err, ofOneBatch(found))
	})
}

// seenAtOnce checks that what was written before a look began is seen by it, by Get, by
// Scan and by conditions.
func seenAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	writing(t, s, []string{"m/1", "m/2"}, func(least int64) error {
		found, err := s.Get(t.Context(), "m/1", "m/2")
		if err != nil {
			return err
		}
		for r, err := range s.Scan(t.Context(), "m/", "", 0) {
			if err != nil {
				return err
			}
			found = append(found, r)
		}
		for _, r := range found {
			if n, _ := strconv.ParseInt(string(r.Value), 10, 64); n < least {
				return fmt.Errorf("%s is %q, but %d was written before", r.Key, r.Value, least)
			}
		}
		return nil
	})
}

// pairsAtOnce checks that a value is always read with the version that it was set with.
func pairsAtOnce(t testing.TB, open opener[transport.Store]) {
	s := open(t)
	var read sync.Map
	see := func(r transport.Record) error {
		if was, _ := read.LoadOrStore(string(r.Value), r.Version); was != r.Version {
			return fmt.Errorf("value %s is of versions %d and %d", r.Value, was, r.Version)
		}
		return nil
	}
	versions := writing(t, s, []string{"m/1", "m/2"}, func(int64) error {
		found, err := s.Get(t.Context(), "m/1")
		if err != nil {
			return err
		}
		for r, err := range s.Scan(t.Context(), "m/", "", 0) {
			if err := errors.Join(err, see(r)); err != nil {
				return err
			}
		}
		return see(found[0])
	})
	for value, version := range read.Range {
		if versions[value.(string)] != version {
			t.Errorf("value %v is read with version %v, and was set with %d", value, version, versions[value.(string)])
		}
	}
}
