package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/examples/internal/programtest"
)

// TestService: what the files beside the program put into the environment is read.
func TestService(t *testing.T) {
	help := programtest.Run(t, programtest.Program("hub"), "run", "-h")
	for _, name := range []string{"glimpse-hub.service", "Containerfile"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, variable := range regexp.MustCompile("GLIMPSE_HUB_[A-Z_]+").FindAllString(string(text), -1) {
			if !strings.Contains(help, "$"+variable+")") && !strings.Contains(help, "$"+variable+",") {
				t.Errorf("%s: nothing reads %s", name, variable)
			}
		}
	}
}
