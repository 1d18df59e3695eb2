// Command measure measures what people wait for in the gallery, in a real Chromium: until
// the first preview is on the screen, until a label has gone, what scripts an album's page loads, and
// how a large album scrolls. It prints the figures beside their bounds, and fails where one is missed.
//
//	go run ./transport/gallery/measure [-json] [-only scripts,latency,first,scroll]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

func main() {
	testing.Init()
	asJSON := flag.Bool("json", false, "prints JSON")
	only := flag.String("only", "", "measures some of it: scripts,latency,first,scroll")
	items := flag.Int("items", 10_000, "how many items the album has that is scrolled")
	flag.Parse()
	// The lab that hubs and cameras come from is one of tests.
	testing.Main(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "measure", F: func(t *testing.T) { os.Exit(run(t, *only, *items, *asJSON)) },
	}}, nil, nil)
}

// run measures, prints, and returns the status with which the command ends.
func run(t *testing.T, only string, items int, asJSON bool) int {
	var all measure.Results
	ok := t.Run("all", func(t *testing.T) {
		s := newScene(t)
		for _, part := range []struct {
			name    string
			measure func() measure.Results
		}{
			{"scripts", s.scripts}, {"latency", s.latency}, {"first", s.firstPreview},
			{"scroll", func() measure.Results { return s.scrolling(items) }},
		} {
			if only == "" || strings.Contains(only, part.name) {
				all = append(all, part.measure()...)
			}
		}
	})
	if err := errors.Join(all.Print(os.Stdout, asJSON), all.Err()); err != nil || !ok {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// scene is a gallery over a hub, with who shares and who looks.
type scene struct {
	t      *testing.T
	w      *labtest.World
	ann    collection.UserID
	bob    collection.UserID
	home   *labtest.Peer
	pages  *gallery.Gallery
	origin string
	static []byte   // a page that the origin serves at /static
	photos [][]byte // what it serves below that
}

func newScene(t *testing.T) *scene {
	s := &scene{t: t, w: browsertest.World(t, hub.Config{})}
	s.ann, s.bob = s.w.User("ann"), s.w.User("bob")
	s.home = s.w.Peer(s.ann, "home")
	var err error
	s.pages, err = gallery.New(gallery.OfHub(s.w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	s.origin = browsertest.Serve(t, s)
	return s
}

// few is how many photos there are that differ.
const few = 40

// album shares an album of so many photos, a few of them again and again.
func (s *scene) album(items int) (cam *labtest.Camera, name collection.Name) {
	cam = s.w.Camera(s.ann, 0)
	browsertest.Photos(s.t, cam, min(items, few))
	for len(cam.Items) < items {
		item := cam.Items[len(cam.Items)%few]
		photo := cam.Card[item.ID]
		id, err := cam.NewItemID()
		labtest.Must(s.t, err)
		item.ID, cam.Card[id] = id, photo
		cam.Items = append(cam.Items, item)
	}
	name = cam.AlbumOf("Holidays", collection.Body{Items: cam.Items, Recipients: []collection.UserID{s.bob}, Completers: []collection.UserID{s.ann}})
	cam.Shares(name)
	return cam, name
}

func (s *scene) url(name collection.Name) string {
	return s.origin + "/album/" + name.Author.String() + "/" + name.ID.String()
}

// median is that of an odd or even number of figures.
func median(all []float64) float64 {
	slices.Sort(all)
	n := len(all)
	return (all[n/2] + all[(n-1)/2]) / 2
}
