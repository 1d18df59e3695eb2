package collection

import (
	"encoding/json"
	"time"

	"github.com/glimpse-go/glimpse/label"
)

// jsonCollection is the view of a collection for people.
type jsonCollection struct {
	ID         ID                `json:"id"`
	Author     UserID            `json:"author"`
	Authority  *KeyID            `json:"authority,omitempty"`
	Created    *time.Time        `json:"created,omitempty"`
	Edition    uint64            `json:"edition"`
	Title      string            `json:"title,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	Kind       label.Kind        `json:"kind"`
	Versions   []string          `json:"versions"`
	Recipients []UserID          `json:"recipients,omitempty"`
	Addresses  []Address         `json:"addresses,omitempty"`
	Completers []UserID          `json:"completers,omitempty"`
	Subs       []string          `json:"collections,omitempty"`
	Replaces   []ID              `json:"replaces,omitempty"`
	Ended      bool              `json:"ended,omitempty"`
	Updates    int               `json:"updates"`
	Sealed     []string          `json:"sealed,omitempty"`
	Items      []jsonItem        `json:"items"`
}

type jsonItem struct {
	ID         ItemID            `json:"id"`
	Label      any               `json:"label,omitempty"`
	Generation uint32            `json:"generation,omitempty"`
	Caption    string            `json:"caption,omitempty"`
	MediaType  string            `json:"type,omitempty"`
	Digests    map[string]Digest `json:"digests,omitempty"`
	Preview    []byte            `json:"preview,omitempty"`
}

// MarshalJSON returns a view for people. It is one-way: there is no reader of
// it, and nothing is sealed over it.
func (c Collection) MarshalJSON() ([]byte, error) {
	h, b := c.Header(), c.Body()
	j := jsonCollection{
		ID: h.ID, Author: h.Author, Edition: h.Edition, Title: h.Title, Metadata: h.Metadata, Kind: b.Kind,
		Recipients: b.Recipients, Addresses: b.Addresses, Completers: b.Completers,
		Replaces: b.Replaces, Ended: c.Ended(), Updates: len(c.parts().claims),
		Items: make([]jsonItem, len(b.Items)),
	}
	if !h.Authority.IsZero() {
		j.Authority = &h.Authority
	}
	if !h.Created.IsZero() {
		j.Created = &h.Created
	}
	for _, v := range b.Ladder {
		j.Versions = append(j.Versions, v.Name)
	}
	for _, name := range b.Subs {
		j.Subs = append(j.Subs, name.String())
	}
	if len(h.AuthorSeal) > 0 {
		j.Sealed = append(j.Sealed, "author")
	}
	if len(h.AuthoritySeal) > 0 {
		j.Sealed = append(j.Sealed, "authority")
	}
	for i := range b.Items {
		j.Items[i] = c.jsonItem(i, &b)
	}
	return json.Marshal(j)
}

func (c Collection) jsonItem(i int, b *Body) jsonItem {
	_, rank := c.At(i)
	item := b.Items[i]
	j := jsonItem{
		ID: item.ID, Label: b.Kind.Show(rank), Generation: rank.Generation(),
		Caption: item.Caption, MediaType: item.MediaType, Preview: item.Preview,
	}
	for v, d := range item.Digests {
		if d != (Digest{}) {
			if j.Digests == nil {
				j.Digests = map[string]Digest{}
			}
			j.Digests[b.Ladder[v].Name] = d
		}
	}
	return j
}
