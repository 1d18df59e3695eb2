package main

import (
	"strings"
	"testing"
)

func TestBrokenPromises(t *testing.T) {
	r := result{Items: 8, LabelledFirst: 8, NotifiedFirst: 2, NotifiedSecond: 2, SearchesRefused: 2, OriginalsFetched: 16,
		Seal: verified, recipients: 2, othersRefused: 4}
	if broken := r.broken(); len(broken) > 0 {
		t.Fatal(broken)
	}
	for name, spoil := range map[string]func(*result){
		"labelled_first":          func(r *result) { r.LabelledFirst-- },
		"labelled_second":         func(r *result) { r.LabelledSecond++ },
		"notified_first":          func(r *result) { r.NotifiedFirst-- },
		"notified_second":         func(r *result) { r.NotifiedSecond-- },
		"searches_refused":        func(r *result) { r.SearchesRefused-- },
		"requests_for_refused":    func(r *result) { r.RequestsForRefused++ },
		"originals_fetched":       func(r *result) { r.OriginalsFetched-- },
		"digest_mismatches":       func(r *result) { r.DigestMismatches++ },
		"seal":                    func(r *result) { r.Seal = "" },
		"bytes_originals_via_hub": func(r *result) { r.BytesOriginalsViaHub++ },
	} {
		spoilt := r
		spoil(&spoilt)
		if broken := spoilt.broken(); len(broken) != 1 || !strings.HasPrefix(broken[0], name+" is") {
			t.Errorf("%s: %q", name, broken)
		}
	}
}
