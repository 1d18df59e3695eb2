package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// family is Ann's camera and home, those with whom she shares, and their hub.
type family struct {
	*site
	authority  *signature.Signer
	hub        *hub.Hub
	toHome     *http.Client // the hub's
	home       *member
	camera     *member
	recipients []*member
}

// member is a station of a user of the hub, with its link. A camera has no peer.
type member struct {
	*client
	*peer.Peer
	user      collection.UserID
	signer    *signature.Signer
	statement []byte
	hub       transport.Hub
}

// glimpse measures this SDK.
func glimpse(ctx context.Context, k linkKind, p *photos) (o outcome, err error) {
	f, err := newFamily(ctx, k)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, f.close(ctx)) }()
	camera := device.New(f.camera.user, f.camera.signer, p, device.Config{})
	name, err := f.make(ctx, camera, p)
	if err != nil {
		return o, fmt.Errorf("make: %w", err)
	}
	if err := f.share(ctx, camera, name, &o); err != nil {
		return o, fmt.Errorf("share: %w", err)
	}
	if err := f.sync(ctx, camera, name); err != nil {
		return o, fmt.Errorf("share with the home: %w", err)
	}
	if err := f.publish(ctx, name, &o); err != nil {
		return o, fmt.Errorf("publish: %w", err)
	}
	return o, nil
}

// make makes the collection of all photos.
func (f *family) make(ctx context.Context, camera *device.Device, p *photos) (collection.Name, error) {
	b := collection.Body{Items: p.items}
	for _, r := range f.recipients {
		b.Recipients = append(b.Recipients, r.user)
	}
	return camera.Make(ctx, collection.Header{Title: "A day at the lake", Authority: collection.KeyID(f.authority.Public().ID())}, b)
}

// share measures the first phase, until the recipients have said that they saw all.
func (f *family) share(ctx context.Context, camera *device.Device, name collection.Name, o *outcome) error {
	c, err := camera.Collection(ctx, name)
	if err != nil {
		return err
	}
	last := watch(f.recipients, func(m *member) (moment, error) { return seeThumbnails(ctx, m.Reader) })
	if err := f.await(ctx, recipients); err != nil {
		return err
	}
	begin := time.Now()
	if _, err := camera.Share(ctx, f.camera.hub, name); err != nil {
		return err
	}
	o.times[cameraDone] = seconds(begin, time.Now())
	seen, err := last()
	o.times[previewed] = seconds(begin, seen.previews)
	o.times[firstSeen], o.times[allSeen] = seconds(begin, seen.first), seconds(begin, seen.all)
	o.needed, o.cameraRequests = needed(c), f.camera.count()
	o.sent, o.received = f.camera.up.taken(), f.camera.down.taken()
	return err
}

// sync hands the originals to the home, without a link in between.
func (f *family) sync(ctx context.Context, camera *device.Device, name collection.Name) error {
	if err := f.home.Learn(ctx, [][]byte{f.camera.statement}); err != nil {
		return err
	}
	_, err := camera.Sync(ctx, f.home.As(transport.Identity{User: f.home.user}), name)
	return err
}

// publish measures the second phase.
func (f *family) publish(ctx context.Context, name collection.Name, o *outcome) error {
	last := watch(f.recipients, func(m *member) (moment, error) { return seeComplete(ctx, m.Reader) })
	if err := f.await(ctx, recipients); err != nil {
		return err
	}
	for _, r := range f.recipients {
		o.requests = max(o.requests, r.count())
	}
	begin := time.Now()
	if err := f.home.Author.Publish(ctx, name); err != nil {
		return err
	}
	seen, err := last()
	o.times[completed] = seconds(begin, seen.all)
	if err != nil {
		return err
	}
	o.update, err = updateSize(ctx, f.recipients[0].Reader, name)
	return err
}

// updateSize is how many bytes took the labels off.
func updateSize(ctx context.Context, r *peer.Reader, name collection.Name) (n int, err error) {
	v, err := r.View(ctx, name)
	if err != nil {
		return 0, err
	}
	for u := range v.Collection().Updates() {
		data, err := u.MarshalBinary()
		if err != nil {
			return 0, err
		}
		n += len(data)
	}
	return n, nil
}

// newFamily starts all stations.
func newFamily(ctx context.Context, k linkKind) (*family, error) {
	f := &family{site: newSite(k), authority: lab.Signer("hub")}
	if err := f.start(ctx); err != nil {
		return nil, errors.Join(err, f.close(ctx))
	}
	return f, nil
}

func (f *family) start(ctx context.Context) (err error) {
	if f.hub, err = hub.New(ctx, f.authority, hub.Config{Dial: f.dial, Wait: longest, RequiredFromPeer: 1}); err != nil {
		return err
	}
	f.serve(httplink.HubHandler(f.hub, httplink.HandlerOptions{}))
	ann, err := f.hub.Accounts().Register(ctx, hub.Person{Name: "Ann"})
	if err != nil {
		return err
	}
	if f.camera, err = f.enrol(ctx, ann, "camera"); err != nil {
		return err
	}
	if f.home, err = f.open(ctx, ann, "home"); err != nil {
		return err
	}
	f.toHome = f.newHTTP(f.home.down)
	for i := range recipients {
		name := fmt.Sprint("recipient ", i)
		user, err := f.hub.Accounts().Register(ctx, hub.Person{Name: name})
		if err != nil {
			return err
		}
		r, err := f.open(ctx, user, name)
		if err != nil {
			return err
		}
		f.recipients = append(f.recipients, r)
	}
	return nil
}

// dial is the hub's way to peers. It reaches none but the home, over the home's link.
func (f *family) dial(s transport.Source) transport.Home {
	return httplink.Dialer(httplink.Caller{Signer: f.authority}, httplink.Options{HTTP: f.toHome})(s)
}

// enrol joins a station of a user.
func (f *family) enrol(ctx context.Context, user collection.UserID, name string) (m *member, err error) {
	m = &member{user: user, signer: lab.Signer(name)}
	if m.client, err = f.join(); err != nil {
		return nil, err
	}
	if m.statement, err = lab.Enroll(ctx, f.hub, user, name, m.signer, signature.StationPeer); err != nil {
		return nil, err
	}
	token, err := f.hub.Accounts().Issue(ctx, user, name)
	m.hub = httplink.NewClient(m.url, httplink.Bearer(token), httplink.Options{HTTP: m.http})
	return m, err
}

// open joins a station that is a peer.
func (f *family) open(ctx context.Context, user collection.UserID, name string) (*member, error) {
	m, err := f.enrol(ctx, user, name)
	if err != nil {
		return nil, err
	}
	keys := new(signature.Keyring)
	if err := keys.AddAuthority(f.authority.Public()); err != nil {
		return nil, err
	}
	l, err := listen()
	if err != nil {
		return nil, err
	}
	if m.Peer, err = peer.New(ctx, user, m.signer, peer.Config{Keys: keys, Hub: m.hub, Statement: m.statement, URL: urlOf(l)}); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	go f.newServer(httplink.PeerHandler(m.Peer, httplink.HandlerOptions{})).Serve(shapedListener{l, m.up})
	return m, nil
}

// close ends all stations.
func (f *family) close(ctx context.Context) error {
	errs := []error{f.site.Close()}
	for _, m := range append(f.recipients, f.home) {
		if m != nil {
			errs = append(errs, m.Close(ctx))
		}
	}
	if f.hub != nil {
		errs = append(errs, f.hub.Close(ctx))
	}
	return errors.Join(errs...)
}
