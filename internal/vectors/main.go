package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

const (
	folder   = "collection/testdata/vectors"
	manifest = "SHA256SUMS"
)

func main() {
	log.SetFlags(0)
	added, err := write(folder, vectors())
	for _, more := range []func() error{
		func() error { return writeDigests(digestFile, digestVectors()) },
		func() error { return writeList(rosterFile, rosterVectors()) },
		func() error { return writeList(enrolmentFile, enrolmentVectors()) },
		func() error { return writeList(messageFile, messageVectors()) },
		func() error { return writeList(exchangeFile, exchangeVectors()) },
	} {
		if err == nil {
			err = more()
		}
	}
	if err != nil {
		log.Fatal("vectors: ", err)
	}
	fmt.Println(added, "vectors added")
}

// vectors returns all there are.
func vectors() []vector {
	s := &suite{}
	for _, add := range []func(*suite){
		fixedVectors, editionVectors, labelVectors, updatesVectors, sealVectors, limitVectors, largeVectors, updateVectors,
		badFrameVectors, badFixedVectors, badEditionVectors, badLabelVectors, badClaimVectors, badSealVectors, badUpdateVectors,
		endpointVectors, badEndpointVectors, successorVectors, badSuccessorVectors, endVectors, badEndVectors,
	} {
		add(s)
	}
	return s.list
}

// errChanged says that a vector that is there would not stay as it is.
var errChanged = errors.New("a vector stays as it is for ever")

// write adds the files that are not there yet, and a line for each to the
// manifest, in a form that sha256sum reads.
func write(dir string, list []vector) (added int, err error) {
	sums, known, err := readManifest(dir)
	if err != nil {
		return 0, err
	}
	made := map[string]string{}
	var fresh []vector
	for _, v := range list {
		name := v.Name + ".json"
		if _, twice := made[name]; twice {
			return 0, fmt.Errorf("two vectors are named %s", v.Name)
		}
		made[name] = sum(v.json())
		if known[name] == "" {
			fresh = append(fresh, v)
		}
	}
	for name, was := range known {
		if made[name] != was {
			return 0, fmt.Errorf("%s: %w", name, errChanged)
		}
	}
	for _, v := range fresh {
		name := v.Name + ".json"
		if err := os.WriteFile(filepath.Join(dir, name), v.json(), 0o644); err != nil {
			return 0, err
		}
		sums += made[name] + "  " + name + "\n"
	}
	return len(fresh), os.WriteFile(filepath.Join(dir, manifest), []byte(sums), 0o644)
}

// readManifest returns the manifest and what it knows: sums by name of file.
func readManifest(dir string) (text string, known map[string]string, err error) {
	known = map[string]string{}
	b, err := os.ReadFile(filepath.Join(dir, manifest))
	if errors.Is(err, os.ErrNotExist) {
		return "", known, nil
	}
	for line := range strings.Lines(string(b)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		known[name] = sum
	}
	return string(b), known, err
}
