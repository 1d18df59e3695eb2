package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
)

// size writes a number of bytes for people, in powers of ten.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 999_950:
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	case n < 999_950_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.2f GB", float64(n)/1e9)
}

// took writes a duration in milliseconds.
func took(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// count writes a number and the word for what is counted.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// clean makes a text from outside safe to print: one line, no control characters.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// short cuts a text to n characters.
func short(text string, n int) string {
	runes := []rune(clean(text))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}

// isTerminal reports whether w is a screen on which a line can be drawn anew.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// oneLine is the text of an error on one line.
func oneLine(err error) string {
	var parts []string
	for line := range strings.Lines(errorText(err)) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, clean(line))
		}
	}
	return strings.Join(parts, "; ")
}

// errorText puts the usual troubles into plain words, and the error after them.
func errorText(err error) string {
	for _, t := range troubles {
		if errors.Is(err, t.err) {
			return t.words + ": " + err.Error()
		}
	}
	return err.Error()
}
