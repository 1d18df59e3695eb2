package icc_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/icc/icctest"
)

// needVips skips the test where the programs of libvips are not installed,
// unless the environment says that they must be.
func needVips(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("vips"); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip("vips is not installed")
	}
}

// byVips turns samples under a profile into those of sRGB, relative
// colorimetric, by libvips and Little CMS.
func byVips(t *testing.T, p icctest.Profile, pix []uint8) []uint8 {
	t.Helper()
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	header := fmt.Appendf(nil, "P6 %d 1 255\n", len(pix)/3)
	for name, data := range map[string][]byte{"in.ppm": append(header, pix...), "in.icc": p.Bytes()} {
		if err := os.WriteFile(path(name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("vips", "icc_transform", path("in.ppm"), path("out.ppm"), "srgb", "--input-profile", path("in.icc"), "--intent", "relative").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Fatalf("%s: %v: %s", p.Name, err, out)
	}
	made, err := os.ReadFile(path("out.ppm"))
	if err != nil || len(made) < len(pix) || !bytes.HasPrefix(made, []byte("P6")) {
		t.Fatal(err, len(made))
	}
	return made[len(made)-len(pix):]
}

// TestAgainstVips compares with the colour management that most programs use.
func TestAgainstVips(t *testing.T) {
	needVips(t)
	for _, p := range icctest.All() {
		if p.Gray {
			continue
		}
		from := patches(p)
		ours, theirs := slices.Clone(from), byVips(t, p, from)
		parse(t, p).ToSRGB().RGB(ours)
		var difference float64
		for i := 0; i < len(from); i += 3 {
			a, b := icctest.Of(ours[i], ours[i+1], ours[i+2]), icctest.Of(theirs[i], theirs[i+1], theirs[i+2])
			if p.ToSRGB(icctest.Of(from[i], from[i+1], from[i+2])).Inside() {
				difference = max(difference, icctest.Difference(a.Lab(), b.Lab()))
			}
		}
		t.Logf("%s: at most %.2f", p.Name, difference)
		if difference > justVisible {
			t.Errorf("%s: off by %.2f", p.Name, difference)
		}
	}
}
