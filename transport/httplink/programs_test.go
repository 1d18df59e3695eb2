package httplink_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// program returns what a program that is not Glimpse's prints.
func program(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = "testdata"
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// needs ends a test whose engines are not installed: as skipped, unless they must be there.
func needs(t *testing.T, program string, files ...string) {
	_, err := exec.LookPath(program)
	for _, file := range files {
		if _, missing := os.Stat(filepath.Join("testdata", file)); err == nil {
			err = missing
		}
	}
	if err == nil {
		return
	}
	if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// served serves the hub of a world below a path.
func served(t *testing.T, w *labtest.World) (url string) {
	h := httplink.HubHandler(w.Hub.Hub, httplink.HandlerOptions{Now: w.Now})
	server := httptest.NewServer(http.StripPrefix("/glimpse", h))
	t.Cleanup(server.Close)
	return server.URL + "/glimpse"
}

// TestTusClient: tus-js-client brings thumbnails that a hub has asked for, whole and in chunks.
func TestTusClient(t *testing.T) {
	needs(t, "node", "node_modules/tus-js-client/package.json")
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 2)
	name := cam.Album("title")
	cam.Offers(name)
	base, file := served(t, w), filepath.Join(t.TempDir(), "thumbnail")
	for i, chunk := range []int{1 << 20, 1000} {
		data := cam.Card[cam.Items[i].ID][0]
		labtest.Must(t, os.WriteFile(file, data, 0o600))
		endpoint := fmt.Sprintf("%s/v1/uploads/%v/%v/0", base, name, cam.Items[i].ID)
		if out := program(t, "node", "upload.mjs", endpoint, cam.Token, file, fmt.Sprint(chunk)); out != "done\n" {
			t.Errorf("in chunks of %d: %s", chunk, out)
		}
		if n, err := cam.ToHub().PutVersion(t.Context(), cam.Ref(name, i, 0), 0, nil); n != int64(len(data)) || err != nil {
			t.Errorf("in chunks of %d: %d bytes of %d are there, %v", chunk, n, len(data), err)
		}
	}
	if left := cam.Offers(name).Missing; len(left) > 0 && !left[0].IsEmpty() {
		t.Errorf("%v are still asked for", left)
	}
}

// TestCurl: curl reads a collection, goes on with a thumbnail that broke off, is sent nothing
// that it has, and is told why not.
func TestCurl(t *testing.T) {
	needs(t, "curl")
	w, cam, _, bob, name := labtest.Published(t, hub.Config{}, 2)
	base, dir := served(t, w), t.TempDir()
	thumb := fmt.Sprintf("%s/v1/versions/%v/%v/0", base, name, cam.Items[0].ID)
	curl := func(args ...string) string {
		return program(t, "curl", append([]string{"-sS", "-H", "Authorization: Bearer " + bob.Token}, args...)...)
	}
	if out := curl("-H", "Accept: application/json", base+"/v1/collections/"+name.String()); !json.Valid([]byte(out)) || !strings.Contains(out, `"title": "title"`) {
		t.Error(out)
	}
	data, file := string(cam.Card[cam.Items[0].ID][0]), filepath.Join(dir, "thumbnail")
	labtest.Must(t, os.WriteFile(file, []byte(data[:100]), 0o600))
	curl("-C", "-", "-o", file, thumb)
	if got, err := os.ReadFile(file); string(got) != data || err != nil {
		t.Errorf("%d bytes of %d, %v", len(got), len(data), err)
	}
	tags := filepath.Join(dir, "etag")
	curl("--etag-save", tags, "-o", file, thumb)
	if out := curl("--etag-compare", tags, "-w", "%{http_code}", thumb); out != "304" {
		t.Error(out)
	}
	var problem struct{ Name, Type string }
	labtest.Must(t, json.Unmarshal([]byte(program(t, "curl", "-sS", thumb)), &problem))
	if problem.Name != "ErrUnauthenticated" || !strings.HasSuffix(problem.Type, "#ErrUnauthenticated") {
		t.Errorf("%+v", problem)
	}
}

// TestOpenAPIValid: a validator takes the description.
func TestOpenAPIValid(t *testing.T) {
	const validator = "node_modules/@seriousme/openapi-schema-validator/bin/validate-api-cli.js"
	needs(t, "node", validator)
	program(t, "node", validator, "../openapi.json")
}
