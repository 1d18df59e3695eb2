package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// maxRows is how many items a table shows one by one.
const maxRows = 8

// table shows a collection as a recipient's peer sees it: each item, its
// versions, what may be done with each, and why the rest may not.
func table(v *peer.View) []string {
	c := v.Collection()
	versions := c.Ladder()
	head := []string{"#", "item", "label"}
	for _, version := range versions {
		head = append(head, version.Name)
	}
	rows := [][]string{append(head, "why not more")}
	for i := range min(c.Len(), maxRows) {
		_, rank := c.At(i)
		row := []string{fmt.Sprint(i + 1), short(c.Item(i).Caption, 24), rank.String()}
		for version := range versions {
			row = append(row, cell(v, i, version))
		}
		rows = append(rows, append(row, whyNot(v, i, len(versions)-1)))
	}
	lines := align(rows)
	if more := c.Len() - maxRows; more > 0 {
		lines = append(lines, fmt.Sprintf("   … and %d more: %d of all %d carry a label", more, c.Labelled(), c.Len()))
	}
	return append(lines, "● is stored here; ○ is not, and what is allowed holds once somebody has it")
}

// cell says where a version is and what may be done with it.
func cell(v *peer.View, item, version int) string {
	rights := v.Rights(item, version)
	mark := "○ "
	if v.Held(item).Has(version) {
		mark = "● "
	}
	switch rights {
	case 0:
		return mark + "nothing"
	case label.All:
		return mark + "everything"
	}
	return mark + strings.ReplaceAll(rights.String(), "|", ", ")
}

// whyNot returns the gate's reason to refuse what may not be done.
func whyNot(v *peer.View, item, version int) string {
	missing := label.All &^ v.Rights(item, version)
	if missing == 0 {
		return ""
	}
	var refusal *label.Refusal
	if err := v.Check(item, version, missing); errors.As(err, &refusal) {
		return fmt.Sprintf("%v", refusal.Reason)
	}
	return ""
}

// align pads cells to columns.
func align(rows [][]string) []string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush() // a strings.Builder takes all
	return strings.Split(strings.TrimSpace(text.String()), "\n")
}
