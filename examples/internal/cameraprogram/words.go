package cameraprogram

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/find"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

// people say with whom something is shared.
type people struct {
	With []string `required:"" placeholder:"PERSON" help:"With whom: mail addresses, ids of users, or names that the home's address book has."`
}

// into says so in an album.
func (p people) into(ctx context.Context, c *camera, a *album) error {
	settings, err := c.device.Settings(ctx)
	if err != nil {
		return err
	}
	for _, who := range p.With {
		at := slices.IndexFunc(settings.Contacts, func(known transport.Contact) bool { return known.Name == who })
		var user collection.UserID
		switch _, noAddress := collection.NormalAddress(who); {
		case at >= 0 && !settings.Contacts[at].User.IsZero():
			a.Users = append(a.Users, settings.Contacts[at].User)
		case at >= 0:
			a.Mail = append(a.Mail, settings.Contacts[at].Address)
		case noAddress == nil:
			a.Mail = append(a.Mail, who)
		case user.UnmarshalText([]byte(who)) == nil:
			a.Users = append(a.Users, user)
		default:
			return program.Usage("nobody is called %q: -with takes mail addresses, ids of users and names that the home knows, which sync brings", who)
		}
	}
	return nil
}

type shareWord struct {
	Folder string `arg:"" type:"existingdir" help:"What is in it and the folders below is shared. Links are followed; hidden files are left out."`
	people
	cardFlag
	Title string `help:"The title; the day and the camera's name if empty."`
}

// Run shares the folder.
func (w shareWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	found, err := find.Files(w.Folder)
	if err != nil {
		return err
	}
	for _, bad := range found.Bad {
		fmt.Fprintln(env.Err, bad.LeftOut())
	}
	return with(env, g.Data, func(c *camera) error { return c.shareFiles(ctx, w, found.Paths()) })
}

// shareFiles shares files, after what is still to be shared, which may be of these.
func (c *camera) shareFiles(ctx context.Context, w shareWord, paths []string) error {
	begun, err := c.begun(ctx, w, paths)
	switch {
	case err != nil:
		return err
	case begun == nil:
		err = c.begin(ctx, w.people, w.Title, w.in(w.Folder), paths)
	case w.Card && begun.Card != w.Folder:
		begun.Card, begun.OnCard = w.Folder, false
	case begun.Shared:
		fmt.Fprintf(c.env.Out, "%q is shared already: the same files, with the same people.\n", begun.Title)
	}
	if err != nil {
		return err
	}
	return c.shareAll(ctx)
}

// begun is the album that the same command has begun, or has shared; nil if there is none.
func (c *camera) begun(ctx context.Context, w shareWord, paths []string) (*album, error) {
	var to album
	if err := w.into(ctx, c, &to); err != nil {
		return nil, err
	}
	for _, a := range c.albums {
		if a.isOf(paths, &to, w.Title) {
			return a, nil
		}
	}
	return nil, nil
}

// begin makes an album of files.
func (c *camera) begin(ctx context.Context, with people, title, card string, paths []string) error {
	if err := program.IsKnown(ctx, c.Account); err != nil {
		return err
	}
	now := time.Now()
	a, err := newAlbum(ctx, c.env, c.albumsIn(), now, paths)
	if err != nil {
		return err
	}
	a.Title, a.Card = cmp.Or(title, device.Title(now, "Camera", "")), card
	if err := with.into(ctx, c, a); err != nil {
		return errors.Join(err, os.RemoveAll(a.dir))
	}
	if err := a.save(); err != nil {
		return errors.Join(err, os.RemoveAll(a.dir))
	}
	c.add(a)
	return nil
}

// shareAll shares what is still to be shared with the hub, the oldest first, and has what is sealed
// on its card.
func (c *camera) shareAll(ctx context.Context) error {
	return c.each(ctx, func(a *album) (err error) {
		if !a.Shared {
			err = c.share(ctx, a)
		}
		return errors.Join(err, c.card(ctx, a))
	})
}

// each does something with each album, the oldest first. What keeps one back keeps no other
// one back, unless nobody answers.
func (c *camera) each(ctx context.Context, do func(*album) error) (err error) {
	for _, a := range c.albums {
		failed := human.Named(do(a), c.called)
		err = errors.Join(err, failed)
		if ctx.Err() != nil || errors.Is(failed, transport.ErrUnreachable) || errors.Is(failed, transport.ErrPeerKey) {
			break
		}
	}
	return err
}

// called is what people call an item.
func (c *camera) called(id collection.ItemID) string {
	if p, ok := c.photos[id]; ok {
		return strconv.Quote(p.album.Photos[p.at].Caption)
	}
	return ""
}

type syncWord struct {
	homeFlag
	All bool `help:"Ask the home about everything again, also what it has."`
}

// Run hands over what the home does not have.
func (w syncWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	return with(env, g.Data, func(c *camera) error {
		if err := w.join(ctx, c); err != nil {
			return err
		}
		return w.with(ctx, c, func(home transport.Home) error {
			if _, err := c.device.TakeSettings(ctx, home); err != nil {
				return err
			}
			return c.syncAll(ctx, home, w.All)
		})
	})
}

// syncAll hands over what the home does not have, the oldest first.
func (c *camera) syncAll(ctx context.Context, home transport.Home, all bool) error {
	return c.each(ctx, func(a *album) error {
		if a.Synced && !all {
			return nil
		}
		return c.sync(ctx, home, a)
	})
}

type giveWord struct {
	Address string `arg:"" help:"The friend's station, as peer address prints it there."`
	Title   string `help:"Which collection; the latest if empty."`
	Most    int64  `default:"100" help:"How much to hand over at most, in MB: thumbnails first, and then larger versions."`
}

// Run hands the collection over.
func (w giveWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	address, err := program.ParseAddress(w.Address)
	if err != nil {
		return err
	}
	return with(env, g.Data, func(c *camera) error {
		for _, a := range slices.Backward(c.albums) {
			if w.Title == "" || a.Title == w.Title {
				return c.give(ctx, a, address, w.Most*1e6)
			}
		}
		return program.Plain(errors.New("nothing of that title was shared; camera list shows all"))
	})
}

// give hands an album over to a friend, of at most so many bytes.
func (c *camera) give(ctx context.Context, a *album, to program.Address, most int64) error {
	if len(a.Mail) > 0 && !a.Shared {
		return program.Plain(fmt.Errorf("%q is not shared yet, and the hub alone knows whose the mail addresses are: use share first", a.Title))
	}
	if err := c.make(ctx, a); err != nil {
		return err
	}
	_, err := c.device.HandOver(ctx, to.Reach(c.Caller()), a.name(c.Account.User), most)
	if errors.Is(err, transport.ErrForbidden) {
		return program.Plain(fmt.Errorf("the friend takes nothing of %q: share it with the friend, whose peer is to run with -accept 1 (%w)", a.Title, err))
	}
	if err == nil {
		fmt.Fprintf(c.env.Out, "Handed over %q.\n", a.Title)
	}
	return err
}

type listWord struct{}

// Run lists the albums.
func (listWord) Run(_ context.Context, env program.Env, g *grammar) (err error) {
	albums, err := loadAlbums(filepath.Join(g.Data, "albums"))
	for _, a := range albums {
		state := "to be shared"
		switch {
		case a.Synced:
			state = "at home"
		case a.Shared:
			state = "shared"
		}
		fmt.Fprintf(env.Out, "%v  %-12s  %3d  %s\n", a.ID, state, len(a.Photos), a.Title)
	}
	return err
}

// show shows how much has been read to be sent, until done is called.
func (c *camera) show(what string) (done func()) {
	progress, before := program.NewProgress(c.env.Err), c.read.Load()
	stop := human.Repeat(200*time.Millisecond, func() { progress.Show(what + ": " + human.Size(c.read.Load()-before)) })
	return func() {
		stop()
		progress.Done()
	}
}
