package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
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
	Folder string `arg:"" type:"existingdir" help:"What is in it and the folders below is shared. Hidden files and links are left out."`
	people
	Title string `help:"The title; the day and the camera's name if empty."`
}

// Run shares the folder, after what is still to be shared, which may be this folder.
func (w shareWord) Run(ctx context.Context, env program.Env, g *grammar) (err error) {
	c, err := open(env, g.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	paths, err := program.Files(w.Folder)
	if err != nil {
		return err
	}
	begun, err := c.begun(ctx, w, paths)
	switch {
	case err != nil:
		return err
	case begun == nil:
		err = c.begin(ctx, w.people, w.Title, paths)
	case begun.Shared:
		fmt.Fprintf(env.Out, "%q is shared already: the same files, with the same people.\n", begun.Title)
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
func (c *camera) begin(ctx context.Context, with people, title string, paths []string) error {
	now := time.Now()
	a, err := newAlbum(ctx, c.env, c.albumsIn(), now, paths)
	if err != nil {
		return err
	}
	a.Title = cmp.Or(title, device.Title(now, "Camera", ""))
	if err := with.into(ctx, c, a); err != nil {
		return errors.Join(err, os.RemoveAll(a.dir))
	}
	if err := a.save(); err != nil {
		return errors.Join(err, os.RemoveAll(a.dir))
	}
	c.add(a)
	return nil
}

// shareAll shares what is still to be shared with the hub, the oldest first.
func (c *camera) shareAll(ctx context.Context) error {
	return c.each(ctx, func(a *album) error {
		if a.Shared {
			return nil
		}
		return c.share(ctx, a)
	})
}

// each does something with each album, the oldest first. What keeps one back keeps no other
// one back, unless nobody answers.
func (c *camera) each(ctx context.Context, do func(*album) error) (err error) {
	for _, a := range c.albums {
		failed := do(a)
		err = errors.Join(err, failed)
		if ctx.Err() != nil || errors.Is(failed, transport.ErrUnreachable) || errors.Is(failed, transport.ErrPeerKey) {
			break
		}
	}
	return err
}

type syncWord struct {
	homeFlag
	All bool `help:"Ask the home about everything again, also what it has."`
}

// Run hands over what the home does not have.
func (w syncWord) Run(ctx context.Context, env program.Env, g *grammar) (err error) {
	c, err := open(env, g.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	return w.with(ctx, c, func(home transport.Home) error {
		if _, err := c.device.TakeSettings(ctx, home); err != nil {
			return err
		}
		return c.syncAll(ctx, home, w.All)
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
func (w giveWord) Run(ctx context.Context, env program.Env, g *grammar) (err error) {
	c, err := open(env, g.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	address, err := program.ParseAddress(w.Address)
	if err != nil {
		return err
	}
	for _, a := range slices.Backward(c.albums) {
		if w.Title != "" && a.Title != w.Title {
			continue
		}
		if err := c.make(ctx, a); err != nil {
			return err
		}
		_, err := c.device.HandOver(ctx, address.Reach(c.caller()), a.name(c.account.User), w.Most*1e6)
		if errors.Is(err, transport.ErrForbidden) {
			return program.Plain(fmt.Errorf("the friend takes nothing of %q: share it with the friend, whose peer is to run with -accept 1 (%w)", a.Title, err))
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(env.Out, "Handed over %q.\n", a.Title)
		return nil
	}
	return program.Plain(errors.New("nothing of that title was shared; camera list shows all"))
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
	tick, stop, over := time.NewTicker(200*time.Millisecond), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				progress.Show(what + ": " + human.Size(c.read.Load()-before))
			}
		}
	}()
	return func() {
		tick.Stop()
		close(stop)
		<-over
		progress.Done()
	}
}
