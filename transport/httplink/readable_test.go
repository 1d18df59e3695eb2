package httplink_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// readAs reads something as a program for people does.
func readAs(t *testing.T, over *http.Client, auth httplink.Auth, url string) (data []byte, tag string) {
	t.Helper()
	q, err := http.NewRequest("GET", url, nil)
	labtest.Must(t, err)
	q.Header.Set("Accept", "application/json")
	labtest.Must(t, auth(q))
	r, err := over.Do(q)
	labtest.Must(t, err)
	defer r.Body.Close()
	data, err = io.ReadAll(r.Body)
	labtest.Must(t, err)
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%s: %s %s", url, r.Status, data)
	}
	return data, r.Header.Get("ETag")
}

// TestReadable: who has nothing but an HTTP client reads titles, labels, who serves, and keys.
func TestReadable(t *testing.T) {
	w, cam, _, bob, name := labtest.Published(t, hub.Config{}, 2)
	const path = "/v1/collections/"
	bearer := httplink.Bearer(bob.Token)
	data, tag := readAs(t, bob.HTTP, bearer, w.Hub.URL()+path+name.String())
	var state struct {
		Collection struct {
			ID, Author, Title string
			Items             []struct{ ID string }
		}
		Sources []struct {
			User, URL string
			Items     []int
		}
		Keys []struct {
			User  string
			Roles map[string]string
		}
		Updates []struct {
			Issuer string
			Labels map[string]any
		}
	}
	labtest.Must(t, json.Unmarshal(data, &state))
	c := state.Collection
	if c.ID != name.ID.String() || c.Author != name.Author.String() || c.Title != "title" || len(c.Items) != 2 || c.Items[1].ID != cam.Items[1].ID.String() {
		t.Errorf("%s", data)
	}
	if len(state.Sources) != 1 || len(state.Sources[0].Items) != 2 || len(state.Keys) == 0 || state.Keys[0].User == "" || len(state.Keys[0].Roles) == 0 {
		t.Errorf("%s", data)
	}
	again, same := readAs(t, bob.HTTP, bearer, w.Hub.URL()+path+name.String())
	if !bytes.Equal(data, again) || tag == "" || tag != same {
		t.Errorf("read twice: %s and %s", tag, same)
	}
	data, _ = readAs(t, bob.HTTP, bearer, w.Hub.URL()+"/v1/updates/"+name.String())
	labtest.Must(t, json.Unmarshal(data, &state))
	if len(state.Updates) == 0 || len(state.Updates[0].Labels) != 2 {
		t.Errorf("%s", data)
	}
}

// TestReadableSettings: so are the settings of a home, to its user.
func TestReadableSettings(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	home := w.Peer(ann, "home")
	labtest.Must(t, home.Author.SetSettings(t.Context(), transport.Settings{
		Contacts: []transport.Contact{{Name: "Bob", User: ann}, {Name: "Carol", Address: "carol@example.org"}}, Values: map[string]string{"album": "Summer"},
	}))
	data, _ := readAs(t, home.HTTP, httplink.Sealed(home.Caller(), home.Key()), home.URL()+"/v1/settings")
	var s struct {
		Contacts []map[string]string
		Values   map[string]string
	}
	labtest.Must(t, json.Unmarshal(data, &s))
	if len(s.Contacts) != 2 || s.Contacts[0]["user"] != ann.String() || s.Contacts[1]["address"] != "carol@example.org" || s.Values["album"] != "Summer" || len(s.Contacts[1]) != 2 {
		t.Errorf("%s", data)
	}
}
