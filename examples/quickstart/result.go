package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// result is what is measured, and what -json prints.
type result struct {
	Items                   int      `json:"items"`
	LabelledFirst           int      `json:"labelled_first"`            // with a label, when the recipients were told first
	LabelledSecond          int      `json:"labelled_second"`           // the second time
	NotifiedFirst           int      `json:"notified_first"`            // recipients told
	NotifiedSecond          int      `json:"notified_second"`           //
	SearchesRefused         int      `json:"searches_refused"`          // by the gate, one tried by each recipient
	RequestsForRefused      int      `json:"requests_for_refused"`      // that left while the gate refused
	OriginalsFetched        int      `json:"originals_fetched"`         // by all recipients together
	DigestMismatches        int      `json:"digest_mismatches"`         //
	Seal                    string   `json:"seal"`                      // "verified", or why not
	BytesDeviceToHub        int64    `json:"bytes_device_to_hub"`       // sent by the camera, HTTP headers included
	BytesOriginalsViaHub    int64    `json:"bytes_originals_via_hub"`   // recognised by their content
	BytesSecondNotification int64    `json:"bytes_second_notification"` // the message with its update
	Engines                 []string `json:"engines"`                   // that make thumbnails, in the order of trial
	Generic                 []remark `json:"generic"`                   // shared with a generic picture, and why
	Skipped                 []remark `json:"skipped"`                   // not shared, and why
	Hidden                  int      `json:"hidden"`                    // hidden and system files that were left out

	recipients      int
	lost            int   // originals that were gone when the camera came home: the items keep their labels
	othersRefused   int   // printing and re-sharing
	bytesOriginals  int64 // of one copy of each original that differs from the others
	bytesHomeServed int64 // sent by the home peer to the recipients, HTTP headers included
}

// broken lists what was promised and did not hold.
func (r *result) broken() []string {
	var list []string
	want := func(name string, got, wanted any) {
		if got != wanted {
			list = append(list, fmt.Sprintf("%s is %v instead of %v", name, got, wanted))
		}
	}
	want("labelled_first", r.LabelledFirst, r.Items)
	want("labelled_second", r.LabelledSecond, r.lost)
	want("notified_first", r.NotifiedFirst, r.recipients)
	want("notified_second", r.NotifiedSecond, r.recipients)
	want("searches_refused", r.SearchesRefused, r.recipients)
	want("other refusals", r.othersRefused, 2*r.recipients)
	want("requests_for_refused", r.RequestsForRefused, 0)
	want("originals_fetched", r.OriginalsFetched, (r.Items-r.lost)*r.recipients)
	want("digest_mismatches", r.DigestMismatches, 0)
	want("seal", r.Seal, verified)
	want("bytes_originals_via_hub", r.BytesOriginalsViaHub, int64(0))
	want("originals sent by the home peer", r.bytesHomeServed >= r.bytesOriginals*int64(r.recipients), true)
	return list
}

// verified is the seal's entry if all is well.
const verified = "verified"

func (r *result) print(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// summary is the result in one line for people.
func (r *result) summary() string {
	return fmt.Sprintf("%s fetched from home, %d mismatches, %d bytes of originals through the hub, seal %s.",
		human.Count(r.OriginalsFetched, "original", "originals"), r.DigestMismatches, r.BytesOriginalsViaHub, r.Seal)
}

// sealed puts down how a verification of the seal went; one that failed stays.
func (r *result) sealed(err error) {
	switch {
	case err != nil:
		r.Seal = program.OneLine(errorText(err))
	case r.Seal == "":
		r.Seal = verified
	}
}

// brokenError says that the run ended, but not as promised.
type brokenError []string

// Error lists what did not hold.
func (e brokenError) Error() string { return "not as promised: " + strings.Join(e, ", ") }
