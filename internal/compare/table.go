package main

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// writeBlocks prints the results, one block per operation and size.
func writeBlocks(w io.Writer, results []result) error {
	blocks, titles := map[string][]result{}, []string{}
	for _, row := range results {
		t := title(row)
		if len(blocks[t]) == 0 {
			titles = append(titles, t)
		}
		blocks[t] = append(blocks[t], row)
	}
	for _, t := range titles {
		if err := writeBlock(w, t, blocks[t]); err != nil {
			return err
		}
	}
	return nil
}

func title(r result) string {
	if r.N == 0 {
		return r.Op
	}
	return fmt.Sprintf("%s, %s items", r.Op, thousands(r.N))
}

func writeBlock(w io.Writer, title string, rows []result) error {
	t := tabwriter.NewWriter(w, 18, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s\n\ttime\tbytes\tallocs\theap bytes\t\n", title)
	for _, row := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", row.Codec,
			duration(row.NsPerOp), count(row.Bytes), count(row.Allocs), count(row.HeapBytes))
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// count leaves out what is nothing or was not measured.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return thousands(n)
}

// thousands writes a number with commas.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// duration writes nanoseconds with three digits that count, zero as nothing.
func duration(ns float64) string {
	if ns == 0 {
		return ""
	}
	for _, unit := range []string{"ns", "µs", "ms"} {
		if ns < 999.5 {
			return threeDigits(ns) + " " + unit
		}
		ns /= 1000
	}
	return threeDigits(ns) + " s"
}

func threeDigits(v float64) string {
	switch {
	case v < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
