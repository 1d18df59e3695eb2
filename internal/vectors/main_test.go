package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

const there = "../../" + folder

// TestFilesAreMade fails if a file is not, byte by byte, what this command
// makes of collection.cddl without the codec.
func TestFilesAreMade(t *testing.T) {
	list := vectors()
	for _, v := range list {
		name := v.Name + ".json"
		if b, err := os.ReadFile(filepath.Join(there, name)); err != nil || string(b) != string(v.json()) {
			t.Errorf("%s: differs from what is made: %v", name, err)
		}
	}
	if _, known, err := readManifest(there); err != nil || len(known) != len(list) {
		t.Errorf("%d vectors in the manifest, %d are made: %v", len(known), len(list), err)
	}
}

// TestDigestFileIsMade is the same for the vectors of package collection/digest.
func TestDigestFileIsMade(t *testing.T) {
	made := digestVectors()
	if err := writeDigests("../../"+digestFile, made); err != nil {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "vectors.json")
	if err := writeDigests(file, made); err != nil {
		t.Error(err)
	}
	made.Versions = made.Versions[1:]
	if err := writeDigests(file, made); !errors.Is(err, errChanged) {
		t.Errorf("a change is not refused: %v", err)
	}
}

// TestRosterFileIsMade is the same for the rosters of package signature.
func TestRosterFileIsMade(t *testing.T) {
	if err := writeList("../../"+rosterFile, rosterVectors()); err != nil {
		t.Error(err)
	}
	if err := writeList("../../"+rosterFile, rosterVectors()[1:]); !errors.Is(err, errChanged) {
		t.Errorf("a change is not refused: %v", err)
	}
}

// TestEnrolmentFileIsMade is the same for those of package enrol.
func TestEnrolmentFileIsMade(t *testing.T) {
	if err := writeList("../../"+enrolmentFile, enrolmentVectors()); err != nil {
		t.Error(err)
	}
}

// TestMessageFileIsMade is the same for those of package p2plink.
func TestMessageFileIsMade(t *testing.T) {
	if err := writeList("../../"+messageFile, messageVectors()); err != nil {
		t.Error(err)
	}
}

// TestExchangeFileIsMade is the same for those of package transport.
func TestExchangeFileIsMade(t *testing.T) {
	if err := writeList("../../"+exchangeFile, exchangeVectors()); err != nil {
		t.Error(err)
	}
}

func TestWriteAddsAndNeverChanges(t *testing.T) {
	dir := t.TempDir()
	one, other := vector{Name: "one", Error: "ErrType"}, vector{Name: "other", Error: "ErrType"}
	changed := vector{Name: "one", Error: "ErrOrder"}
	for _, step := range []struct {
		list  []vector
		added int
		err   error
	}{
		{[]vector{one}, 1, nil},
		{[]vector{one}, 0, nil},
		{[]vector{other, one}, 1, nil},
		{[]vector{changed, other}, 0, errChanged},
		{[]vector{other}, 0, errChanged},
		{[]vector{one, other}, 0, nil},
	} {
		if added, err := write(dir, step.list); added != step.added || !errors.Is(err, step.err) {
			t.Errorf("%d added, %v; want %d, %v", added, err, step.added, step.err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "one.json")); err != nil || string(b) != string(one.json()) {
		t.Errorf("the first vector did not stay: %v", err)
	}
}

func TestHeads(t *testing.T) {
	for _, c := range []struct {
		arg  uint64
		wide int
		want string
	}{
		{23, 0, "17"}, {24, 0, "1818"}, {255, 0, "18ff"}, {256, 0, "190100"}, {65536, 0, "1a00010000"},
		{1 << 32, 0, "1b0000000100000000"}, {5, 1, "1805"}, {5, 8, "1b0000000000000005"},
	} {
		if have := *hexOf(head(unsigned, c.arg, c.wide)); have != c.want {
			t.Errorf("%d in %d bytes: %s, want %s", c.arg, c.wide, have, c.want)
		}
	}
}
