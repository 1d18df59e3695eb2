package cameraprogram

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/folderlink"
)

// cardFlag says that a home may take what is shared from its folder.
type cardFlag struct {
	Card bool `help:"Write into FOLDER what a home needs to take all from there: FOLDER is a card that is put into the computer at home, or what the camera shows it as a USB drive. There: peer take."`
}

// in is the folder, if a home may take it from there.
func (f cardFlag) in(folder string) string {
	if f.Card {
		return folder
	}
	return ""
}

// card writes onto an album's card what a home needs, if that is to be done. What only the hub can
// seal waits for it.
func (c *camera) card(ctx context.Context, a *album) error {
	if a.Card == "" || a.OnCard {
		return nil
	}
	made, err := c.device.Collection(ctx, a.name(c.Account.User))
	if errors.Is(err, transport.ErrNotFound) || err == nil && len(made.Header().AuthorSeal) == 0 {
		return nil
	}
	versions := map[collection.ItemID][]string{}
	for i := range a.Photos {
		versions[a.item(i)] = []string{a.thumbnail(i), "", a.Photos[i].Path}
	}
	if err == nil {
		err = folderlink.Put(ctx, a.Card, made, versions)
	}
	if err == nil {
		err = a.mark(&a.OnCard)
	}
	if err == nil {
		fmt.Fprintf(c.env.Out, "%q can be taken from %s: %s.\n", a.Title, a.Card, human.Count(len(a.Photos), "item", "items"))
	}
	return err
}
