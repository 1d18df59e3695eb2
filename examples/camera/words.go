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
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
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
	Folder string `arg:"" type:"existingdir" help:"What is in it and the folders below is shared. Hidden files are left out."`
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
	if err == nil && !begun {
		err = c.begin(ctx, w.people, w.Title, paths)
	}
	if err != nil {
		return err
	}
	return c.shareAll(ctx)
}

// begun reports whether the same command has begun, and could not share.
func (c *camera) begun(ctx context.Context, w shareWord, paths []string) (bool, error) {
	var to album
	if err := w.into(ctx, c, &to); err != nil {
		return false, err
	}
	return slices.ContainsFunc(c.albums, func(a *album) bool { return !a.Shared && a.isOf(paths, &to, w.Title) }), nil
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
		return err
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

// homeFlag says where the home is.
type homeFlag struct {
	Home string `placeholder:"HOME" help:"The home: an address as peer address prints it, or the folder of a peer that does not run, such as on a disk that is plugged in. Where the home was when the camera joined, if empty."`
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

// with reaches the home, for a while.
func (w homeFlag) with(ctx context.Context, c *camera, do func(transport.Home) error) error {
	if w.Home == "" {
		return c.atHome(ctx, do)
	}
	if info, err := os.Stat(w.Home); err == nil && info.IsDir() {
		return c.inFolder(ctx, w.Home, do)
	}
	address, err := program.ParseAddress(w.Home)
	if err != nil {
		return err
	}
	return do(address.Reach(c.caller()))
}

// atHome reaches the home where it was when the camera joined.
func (c *camera) atHome(_ context.Context, do func(transport.Home) error) error {
	dial := httplink.Dialer(c.caller(), httplink.Options{Networks: program.HomeNetworks})
	sources, err := c.account.Sources()
	if len(sources) == 0 && err == nil {
		err = program.Plain(errors.New("the camera knows no home; say where it is with -home, or join there"))
	}
	for _, source := range sources {
		var home transport.Home
		if home, err = dial.Reach(source); err == nil {
			err = do(home)
		}
		if err == nil || !errors.Is(err, transport.ErrUnreachable) {
			return err
		}
	}
	return err
}

// inFolder is the home in a folder, whose peer is opened here.
func (c *camera) inFolder(ctx context.Context, dir string, do func(transport.Home) error) error {
	p, err := program.OpenPeer(ctx, dir, peer.Config{})
	if err != nil {
		return err
	}
	err = do(p.As(transport.Identity{User: c.account.User, Key: c.key.ID()}))
	return errors.Join(err, p.Close())
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
		if _, err := c.device.HandOver(ctx, address.Reach(c.caller()), a.name(c.account.User), w.Most*1e6); err != nil {
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
