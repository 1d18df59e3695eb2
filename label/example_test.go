package label_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/label"
)

// A camera shares a photo: first a thumbnail, later, from the home computer,
// the original.
func Example() {
	ladder := label.DefaultLadder() // thumbnail, screen, original
	original, _ := ladder.Index("original")
	gate := label.NewGate(label.DefaultPolicy, label.Degree, ladder)

	var photo label.Rank // nothing was said of it yet
	news, err := label.At(0, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	photo = photo.Join(news)
	recipient := label.Holder{Held: label.Hold(0)} // holds the thumbnail

	fmt.Println("label:", photo)
	fmt.Println("view thumbnail:", gate.Check(photo, label.View, 0, recipient))
	fmt.Println(gate.Check(photo, label.Print, original, recipient))

	photo = photo.Join(label.Complete)
	fmt.Println("label:", photo)
	fmt.Println("print original:", gate.Check(photo, label.Print, original, recipient))
	// Output:
	// label: 1 version
	// view thumbnail: <nil>
	// print of original refused: the item is not complete yet; lifted when the item is complete or when this version is held here
	// label: complete
	// print original: <nil>
}

// Old messages cannot bring a label back, in whatever order they arrive. Only
// the next generation can.
func ExampleRank_Join() {
	photo := label.Complete
	photo = photo.Join(label.Pending) // an old message, late
	fmt.Println(photo)

	reopened, err := photo.Next() // the original was lost
	if err != nil {
		fmt.Println(err)
		return
	}
	photo = photo.Join(reopened).Join(label.Complete) // another old message
	fmt.Println(photo)

	again, err := label.At(photo.Generation(), 14) // the original is back
	fmt.Println(photo.Join(again), err)
	// Output:
	// complete
	// pending@1
	// complete@1 <nil>
}

// Three collections show the same two items. No label means complete.
func ExampleKind_Show() {
	for _, kind := range []label.Kind{label.Flag, label.Boolean, label.Degree} {
		view, err := json.Marshal([]any{kind.Show(label.Pending), kind.Show(label.Complete)})
		fmt.Printf("%s: %s %v\n", kind, view, err)
	}
	// Output:
	// flag: [true,null] <nil>
	// boolean: [true,false] <nil>
	// degree: [0,null] <nil>
}

// What people write is read by the kind, and then checked against the ladder.
func ExampleKind_Read() {
	ladder := label.DefaultLadder()
	for _, written := range []any{2, nil, 3, true} {
		rank, err := label.Degree.Read(written)
		if err == nil {
			err = ladder.Check(rank)
		}
		fmt.Println(rank, err)
	}
	// Output:
	// 2 versions <nil>
	// complete <nil>
	// 3 versions label: no such level: generation 0, level 3
	// pending label: not of this kind: degree cannot say true (bool)
}

// A print shop's own policy: what is held may be printed from two megapixels
// on, complete or not.
func ExamplePolicy() {
	ladder := label.Ladder{
		{Name: "thumbnail", Pixels: 160 * 120},
		{Name: "proof", Pixels: 1920 * 1080},
		{Name: "original"},
	}
	policy := func(c label.Case) label.Rights {
		rights := label.DefaultPolicy(c)
		if c.Held && c.Pixels() >= 2_000_000 {
			rights |= label.Print
		}
		return rights
	}
	gate := label.NewGate(policy, label.Flag, ladder)

	holder := label.Holder{Held: label.Hold(0, 1)}
	fmt.Println("proof:", gate.Check(label.Pending, label.Print, 1, holder))
	fmt.Println("thumbnail:", gate.Check(label.Pending, label.Print, 0, holder))
	// Output:
	// proof: <nil>
	// thumbnail: print of thumbnail refused: the item is not complete yet; lifted when the item is complete
}

// A user interface greys out what would be refused.
func ExampleGate_Rights() {
	gate := label.NewGate(nil, label.Flag, nil) // default policy and ladder
	holder := label.Holder{Held: label.Hold(0)}
	for version, v := range label.DefaultLadder() {
		fmt.Println(v.Name, gate.Rights(label.Pending, version, holder))
	}
	// Output:
	// thumbnail view|fetch
	// screen view|fetch
	// original none
}

// A program tells the answers apart, and can write a note of its own.
func ExampleRefusal() {
	gate := label.NewGate(nil, label.Degree, nil)
	err := gate.Check(label.Pending, label.Fetch, 1, label.Holder{})

	var refusal *label.Refusal
	if errors.Is(err, label.ErrPending) && errors.As(err, &refusal) {
		fmt.Printf("%s: no %s yet, wait for %s\n", refusal.Name, refusal.Right, refusal.Lift.Rank)
	}
	fmt.Println(err)
	fmt.Println(gate.Check(label.Withdrawn, label.Fetch, 2, label.Holder{}))
	// Output:
	// screen: no fetch yet, wait for 2 versions
	// fetch of screen refused: the item is not complete yet; lifted when 2 versions of the item are there
	// fetch of original refused: the complete version will never come; lifted when the author opens the item again and the item is complete
}
