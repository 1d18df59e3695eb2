package peer_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestNoteOfWhatIsNews: where the sender does not know yet that its first word has been
// read, the note says what is news, too.
func TestNoteOfWhatIsNews(t *testing.T) {
	_, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(name)
	cam.Syncs(home, name)
	bob.Hears(notify.Shared, 2)
	home.Retitles(name, "better")
	news := bob.Receives()
	if len(news) != 1 || news[0].Reason != notify.Edited {
		t.Fatalf("heard %+v", news)
	}
	want, err := notify.Make(bob.Views(name), notify.Edited, "")
	labtest.Must(t, err)
	if news[0].Note != want.Note {
		t.Errorf("told %q, want %q", news[0].Note, want.Note)
	}
}
