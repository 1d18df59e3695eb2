package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A recipe says what a hostile collection is made of. Bytes are shares of its size, which
// need not add up to anything.
type recipe struct {
	Name                                                        string
	Items, Recipients, Resolved, Subs, Captions, Digests, Words float64
	IDs                                                         int  // how the ids of the items are chosen: see idOf
	Preview                                                     int  // length of each preview; 0 = none, over 32 = many lengths
	Types                                                       int  // different media types; 0 = none
	Metadata                                                    int  // entries
	Caption                                                     int  // bytes of a caption
	Values                                                      int  // different ranks of an update
	Run                                                         int  // items of one rank in a row
	Keys                                                        int  // of each issuer
	Generations                                                 bool // ranks are of many generations, and not of one
	Own                                                         bool // every update has ranks of its own
	Seals                                                       int  // updates that are sealed; junk seals all others
}

// families are where the search begins.
func families() []recipe {
	plain := recipe{Items: 1, Caption: 1, Values: 2, Run: 1, Keys: 16}
	with := func(name string, change func(r *recipe)) recipe {
		r := plain
		r.Name = name
		change(&r)
		return r
	}
	updates := func(name string, values, run int, change func(r *recipe)) recipe {
		return with(name, func(r *recipe) {
			r.Items, r.Words, r.Values, r.Run = 0.1, 0.9, values, run
			if change != nil {
				change(r)
			}
		})
	}
	return []recipe{
		with("ids", func(*recipe) {}),
		with("ids that differ in one half", func(r *recipe) { r.IDs = 1 }),
		with("ids that are multiples", func(r *recipe) { r.IDs = 2 }),
		with("recipients", func(r *recipe) { r.Items, r.Recipients = 0.01, 1 }),
		with("resolved addresses", func(r *recipe) { r.Items, r.Resolved = 0.01, 1 }),
		with("sub-collections", func(r *recipe) { r.Items, r.Subs = 0.01, 1 }),
		with("captions", func(r *recipe) { r.Items, r.Captions = 0.6, 0.4 }),
		with("digests", func(r *recipe) { r.Items, r.Digests = 0.2, 0.8 }),
		with("previews", func(r *recipe) { r.Preview = 32 }),
		with("previews of all lengths", func(r *recipe) { r.Preview = 40 }),
		with("media types", func(r *recipe) { r.Types, r.Metadata = 1024, 256 }),
		updates("updates", 2, 1, nil),
		updates("updates in runs", 2, 30, nil),
		updates("updates in short runs of many values", 60, 2, nil),
		updates("updates of many values", 16, 1, nil),
		updates("updates of a value for every item", 1<<20, 1, func(r *recipe) { r.Generations = true }),
		updates("updates of values of their own", 2, 1, func(r *recipe) { r.Own, r.Generations = true, true }),
		updates("updates of one value", 1, 1, nil),
		updates("one issuer's updates of generations", 12, 3, func(r *recipe) { r.Generations = true }),
		updates("sealed updates", 2, 1, func(r *recipe) { r.Seals = 1 << 20 }),
		updates("sealed updates of values of their own", 3, 1, func(r *recipe) { r.Seals, r.Own, r.Generations = 1<<20, true, true }),
		updates("sealed updates in runs", 2, 30, func(r *recipe) { r.Seals = 1 << 20 }),
		updates("sealed updates of many items in runs", 2, 30, func(r *recipe) { r.Seals, r.Items, r.Words = 1<<20, 1, 1 }),
	}
}

// changed returns a recipe with one thing or two changed.
func (r recipe) changed(rng *rand.Rand) recipe {
	for range 1 + rng.IntN(2) {
		scale := func(x *float64) { *x *= []float64{0.3, 0.7, 1.5, 3}[rng.IntN(4)] }
		number := func(x *int, most int) {
			*x = min(max(1, *x*[]int{1, 2, 3, 8}[rng.IntN(4)]/[]int{1, 2, 4}[rng.IntN(3)]), most)
		}
		switch rng.IntN(12) {
		case 0:
			scale(&r.Items)
		case 1:
			scale(&r.Words)
		case 2, 3:
			number(&r.Values, 1<<20)
		case 4, 5:
			number(&r.Run, 1<<16)
		case 6:
			number(&r.Keys, 16)
		case 7:
			r.Generations = !r.Generations
		case 8:
			r.Own = !r.Own
		case 9:
			number(&r.Caption, 1<<16)
		case 10:
			r.IDs = rng.IntN(3)
		case 11:
			r.Preview = rng.IntN(50)
		}
	}
	r.Items = max(r.Items, 0.001)
	return r
}

// String describes the recipe, as far as it says anything.
func (r recipe) String() string {
	said := []string{r.Name, fmt.Sprintf("ids %.2g", r.Items)}
	if r.Words > 0 {
		said = append(said, fmt.Sprintf("updates %.2g of %d values, runs of %d, %d keys each", r.Words, r.Values, r.Run, r.Keys))
	}
	for _, flag := range []struct {
		set  bool
		name string
	}{{r.Generations, "generations"}, {r.Own, "values of their own"}, {r.Seals > 0, "sealed"}, {r.IDs > 0, fmt.Sprint("ids of kind ", r.IDs)}, {r.Preview > 0, fmt.Sprint("previews of ", r.Preview)}} {
		if flag.set {
			said = append(said, flag.name)
		}
	}
	return strings.Join(said, ", ")
}
