package mail

import (
	_ "embed"
	html "html/template"
	text "text/template"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/words"
)

// page is what the templates show.
type page struct {
	Words    words.Words
	Letter   notify.Letter
	HasCover bool
}

// The templates of a letter, and of the page at which one ends such letters.
var (
	//go:embed letter.txt
	textSource string
	//go:embed letter.html
	htmlSource string
	//go:embed unsubscribe.html
	unsubscribeSource string

	textBody        = text.Must(text.New("text").Parse(textSource))
	htmlBody        = html.Must(html.New("html").Parse(htmlSource))
	unsubscribePage = html.Must(html.New("unsubscribe").Parse(unsubscribeSource))
)
