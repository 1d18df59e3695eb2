package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// TestFootprint: the bounds are kept, none of which is of time.
func TestFootprint(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs; .ci/run runs the command itself")
	}
	var out bytes.Buffer
	err := run([]string{"-json"}, &out)
	var got struct{ Results measure.Results }
	if bad := json.Unmarshal(out.Bytes(), &got); bad != nil {
		t.Fatal(bad, err)
	}
	if err != nil || len(got.Results) < 2 {
		t.Errorf("%v: %+v", err, got.Results)
	}
}

// TestWhatACameraLinks: none of the packages that devices have no use for, whose init
// alone costs a camera memory.
func TestWhatACameraLinks(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command where this runs: ", err)
	}
	list, err := exec.Command("go", "list", "-deps", "./camera").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(list)) {
		switch name {
		case "net", "net/http", "crypto/x509", "crypto/tls", "crypto/rsa", "crypto/ecdsa", "encoding/asn1",
			"golang.org/x/crypto/ssh", "image", "log", "text/template":
			t.Errorf("the camera links %s", name)
		}
	}
}

func TestRssAnon(t *testing.T) {
	if n, err := rssAnon([]byte("VmRSS:\t  9000 kB\nRssAnon:\t    1144 kB\nRssFile:\t 1 kB\n")); n != 1144*1024 || err != nil {
		t.Error(n, err)
	}
	if _, err := rssAnon([]byte("VmRSS:\t 9000 kB\n")); err == nil {
		t.Error("found where there is none")
	}
}
