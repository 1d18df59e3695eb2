package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport"
)

// knownSizes are sizes with which the sums can be done in one's head.
var knownSizes = sizes{
	User:       stepCost{Records: 10, Stored: 1000},
	Share:      stepCost{Records: 6, Stored: 700, Written: 900, Batches: 3, Reads: 2, Bytes: 600, CPU: 0.002},
	Completion: stepCost{Stored: 100, Written: 100, Batches: 1, CPU: 0.001},
	News:       stepCost{Records: -0.5, Batches: 1, Reads: 1, Bytes: 100, CPU: 0.00025},
	Fetch:      stepCost{Reads: 1, Bytes: 100},
	Recipient:  stepCost{Batches: 0.01, CPU: 0.001},
	Probe:      stepCost{Reads: 1},
	Value:      16, Changes: 2,
}

var knownAssumptions = assumptions{
	PerUser: 100, RowBytes: 50, Commits: 1000, Reads: 10_000, Disk: 1e9, Logged: 1e6, CommitDelay: 0.1, Cores: 4, Busy: 0.5, Link: 1e6,
	Screen: 1000, Kept: 1, Puts: 240, Messages: 8000, ProbeDays: 1, HubPrice: 10, ServerPrice: 100, StoragePrice: 1, PutPrice: 1,
}

// TestSums does the sums with known numbers.
func TestSums(t *testing.T) {
	got := knownSizes.needs(target{Collections: 86_400, Recipients: 1000, Shares: 100}, knownAssumptions)
	objects := 86_400.0 * photos
	want := needs{
		Users:   864,
		Records: 864*10 + 86_400*(6-2), Stored: 864*1000 + 86_400*800 + (8640+345_600)*50,
		Batches: 100 * (3 + 1 + 4), Reads: 100*(2+4+48) + 1, Written: 100_000, Bytes: 100 * (600 + 400 + 4800),
		Puts: 2400, Messages: 400, Objects: objects, ObjectBytes: objects * 1000,
		Servers:  2, // 800 transactions of half of 1000
		Machines: 2, // 0.58 MB/s of half of 1 MB/s
		Hours:    0.24, Telling: 1000 * (0.001 + 0.001), Probing: 1,
		Price: 200 + 20 + objects*1000/1e9 + objects*30/1000,
	}
	for i, part := range got.all() {
		if math.Abs(part-want.all()[i]) > 1e-9*math.Abs(want.all()[i]) {
			t.Errorf("part %d: %v, want %v", i, part, want.all()[i])
		}
	}
}

func (n needs) all() []float64 {
	return []float64{n.Users, n.Records, n.Stored, n.Batches, n.Reads, n.Written, n.Bytes, n.Puts, n.Messages, n.Objects, n.ObjectBytes, n.Servers, n.Machines, n.Hours, n.Telling, n.Probing, n.Price}
}

// TestLimits says what breaks first, and leaves out what never does.
func TestLimits(t *testing.T) {
	s := knownSizes
	s.Changes = 0
	limits := s.limits(target{Collections: 1e6, Recipients: 1e6, Shares: 100}, knownAssumptions)
	at := map[string]float64{}
	for i, l := range limits {
		at[l.what] = l.at
		if i > 0 && limits[i-1].at/limits[i-1].of > l.at/l.of {
			t.Errorf("%q is before %q", limits[i-1].what, l.what)
		}
	}
	for what, want := range map[string]float64{
		"recipients of one: they are in one value of 1 MiB":             transport.MaxValue / 16,
		"shares/s: transactions of one PostgreSQL server":               500.0 / 8,
		"shares/s: PUTs of screen versions, until S3 splits its prefix": 10,
	} {
		if math.Abs(at[what]-want) > 1e-9*want {
			t.Errorf("%s: %v, want %v", what, at[what], want)
		}
	}
	if first := limits[0].what; !strings.HasPrefix(first, "recipients of one: told within a minute") {
		t.Errorf("%q is first", first)
	}
	if _, there := at["recipients of one: a transaction of 2¹⁸ changes"]; there {
		t.Error("what does not grow breaks")
	}
}

// TestPaper: the sums are those of what was measured, which has in it what was shared.
func TestPaper(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{paperCommand, "-json", "-shares", "1000"}, &out); err != nil {
		t.Fatal(err)
	}
	var got struct{ Results measure.Results }
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, r := range got.Results {
		values[r.What] = r.Value
	}
	steps, transactions := sizes{}.steps(), 0.0
	for i, times := range []float64{1: 1, 2: 1, 3: readersOfOne * newsOfOne, 4: readersOfOne * photos} {
		transactions += times * values[steps[i].name+": transactions"]
	}
	if got := values["thousand transactions a second"]; transactions < 4 || math.Abs(got-transactions) > 1e-9 {
		t.Errorf("%v thousand transactions a second, want %v", got, transactions)
	}
	if stored := values[steps[1].name+": their bytes"]; stored < photos*thumbnailSize {
		t.Errorf("a share stores %v bytes", stored)
	}
	if value := values["a value grows with a recipient, bytes"]; value < 16 {
		t.Errorf("a value grows by %v bytes", value)
	}
}

// TestPaperInWords prints what breaks first.
func TestPaperInWords(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{paperCommand}, &out); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"bytes of messages", "TB in PostgreSQL", "what breaks, the first first"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("%q is not in\n%s", words, out.String())
		}
	}
}
