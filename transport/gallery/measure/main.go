// Command measure measures what people wait for in the gallery, in a real Chromium: until
// the first preview is on the screen, until a label has gone, what scripts an album's page loads, and
// how a large album scrolls. It prints the figures beside their bounds, and fails where one is missed.
//
//	go run ./transport/gallery/measure [-short] [-json] [-profile] [-only scripts,latency,first,scroll]
package main

import (
	"cmp"
	"errors"
	"flag"
	"log"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// plan is how much is measured.
type plan struct {
	items     int // of the album that is scrolled
	stretches int // in which it is scrolled, of a second each
	rounds    int // how often a page is opened
	albums    int // how many lose their labels, one after the other
	profile   bool
}

var (
	long  = plan{items: 10_000, stretches: 12, rounds: 10, albums: 5}
	short = plan{items: 1000, stretches: 3, rounds: 3, albums: 3}
)

func main() {
	testing.Init()
	asJSON := flag.Bool("json", false, "prints JSON")
	quick := flag.Bool("short", false, "measures less of the same, in about a minute")
	profile := flag.Bool("profile", false, "prints what takes time while an album is scrolled")
	only := flag.String("only", "", "measures some of it: scripts,latency,first,scroll")
	items := flag.Int("items", 0, "how many items the album has that is scrolled; 0 = as many as planned")
	flag.Parse()
	much := long
	if *quick {
		much = short
	}
	much.profile, much.items = *profile, cmp.Or(*items, much.items)
	if err := os.Setenv("GLIMPSE_NEED_ENGINES", "1"); err != nil { // without a browser nothing is measured
		log.Fatal(err)
	}
	// The lab that hubs and cameras come from is one of tests. What fails in it says so, and ends
	// with status 1.
	testing.Main(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "measure", F: func(t *testing.T) {
			all, ok := run(t, much, *only)
			if err := errors.Join(all.Print(os.Stdout, *asJSON), all.Err()); err != nil {
				log.Fatal(err)
			}
			if ok {
				os.Exit(0)
			}
		},
	}}, nil, nil)
}

// run measures; whether nothing failed.
func run(t *testing.T, much plan, only string) (all measure.Results, ok bool) {
	ok = t.Run("all", func(t *testing.T) {
		s := newScene(t, much)
		for _, part := range []struct {
			name    string
			measure func() measure.Results
		}{
			{"scripts", s.scripts}, {"latency", s.latency}, {"first", s.firstPreview}, {"scroll", s.scrolling},
		} {
			if only == "" || strings.Contains(only, part.name) {
				all = append(all, part.measure()...)
			}
		}
	})
	return all, ok
}

// scene is a gallery over a hub, with who shares and who looks.
type scene struct {
	plan
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

func newScene(t *testing.T, much plan) *scene {
	s := &scene{plan: much, t: t, w: browsertest.World(t, hub.Config{})}
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

// album shares an album of so many photos: a few, and copies of them again and again. If there are
// copies there are thumbnails alone, for a device keeps no more than a mebibyte of a collection.
func (s *scene) album(items int) (cam *labtest.Camera, name collection.Name) {
	cam = s.w.Camera(s.ann, 0)
	browsertest.Photos(s.t, cam, min(items, few))
	for id, photo := range cam.Card {
		if items > few {
			cam.Card[id] = lab.Photo{photo[0]}
		}
	}
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
