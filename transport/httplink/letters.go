package httplink

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// letterRoutes are what a hub serves to its members besides, with HandlerOptions.Letters.
var letterRoutes = map[string]route[transport.Letters]{
	"GET /v1/channels": func(r request, of transport.Letters) error {
		m, err := of.Channels(r.Context())
		return replyTagged(r, m, err)
	},
	"POST /v1/channels": message(transport.Letters.Choose),
	"GET /v1/parked": func(r request, of transport.Letters) error {
		m, err := of.Parked(r.Context())
		return replyTagged(r, m, err)
	},
}

// LettersOf is what a client's hub writes, as far as it is the business of the client's caller.
// Of a hub that serves none the errors wrap transport.ErrNotFound.
func LettersOf(c *Client) transport.Letters { return lettersClient{c} }

type lettersClient struct{ c *Client }

// Channels implements transport.Letters.
func (l lettersClient) Channels(ctx context.Context) (transport.Channels, error) {
	return exchange[transport.Channels](ctx, l.c, http.MethodGet, "/v1/channels", body{})
}

// Choose implements transport.Letters.
func (l lettersClient) Choose(ctx context.Context, c transport.Choice) (transport.Channels, error) {
	return call[transport.Channels](ctx, l.c, "/v1/channels", c)
}

// Parked implements transport.Letters.
func (l lettersClient) Parked(ctx context.Context) (transport.Parked, error) {
	return exchange[transport.Parked](ctx, l.c, http.MethodGet, "/v1/parked", body{})
}

type jsonChannels struct {
	Offered   []string          `json:"offered"`
	Language  string            `json:"language,omitempty"`
	Addresses map[string]string `json:"addresses"`
	Awaited   []string          `json:"awaited,omitempty"`
}

func channelsView(m transport.Channels) jsonChannels {
	view := jsonChannels{slices.Concat([]string{}, m.Offered), m.Language, map[string]string{}, m.Awaited}
	for name, address := range m.Addresses {
		view.Addresses[name] = address
	}
	return view
}

type jsonParked struct {
	Letters []jsonParkedLetter `json:"letters"`
}

type jsonParkedLetter struct {
	Author  collection.UserID `json:"author"`
	ID      collection.ID     `json:"id"`
	Address string            `json:"address"`
	Since   time.Time         `json:"since"`
	Refused bool              `json:"refused"`
}

func parkedView(m transport.Parked) jsonParked {
	view := jsonParked{[]jsonParkedLetter{}}
	for _, l := range m.Letters {
		view.Letters = append(view.Letters, jsonParkedLetter{l.Author, l.ID, l.Address, time.Unix(l.Since, 0).UTC(), l.Refused})
	}
	return view
}
