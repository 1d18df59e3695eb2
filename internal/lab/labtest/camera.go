package labtest

import (
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

// Camera is a device with photos.
type Camera struct {
	*device.Device
	*lab.Station
	*Wire
	w     *World
	Items []collection.Item
	lone  int // albums without an authority
}

// Camera makes a camera of a user, which is called "ann-camera" if that is Ann.
func (w *World) Camera(user collection.UserID, photos int) *Camera {
	s := w.station(user, w.names[user]+"-camera")
	c := &Camera{Station: s, Wire: w.Wire(s.Name), w: w}
	c.Restart(s.Store)
	for i := range photos {
		c.Add(i)
	}
	return c
}

// Restart makes the device again on a store, such as one that fails; that of the
// station stays.
func (c *Camera) Restart(store transport.Store) {
	cfg := c.DeviceConfig()
	cfg.Store = store
	c.StartDevice(cfg)
	c.Device = c.Station.Device
}

// Add takes the i-th photo, which is the same in every world.
func (c *Camera) Add(i int) {
	id, err := c.NewItemID()
	Must(c.w.T, err)
	c.Card[id] = lab.NewPhoto(fmt.Sprint("photo ", i), 4096, 140_000+i)
	c.Items = append(c.Items, collection.Item{ID: id, Caption: fmt.Sprintf("photo %d", i), MediaType: "image/jpeg"})
}

// Screens makes screen versions of all photos, too.
func (c *Camera) Screens() {
	for i, item := range c.Items {
		photo := c.Card[item.ID]
		photo[1] = lab.Noise(fmt.Sprint("screen ", i), 20_000)
		c.Card[item.ID] = photo
	}
}

// Copies makes photos exact copies of the first one.
func (c *Camera) Copies(items ...int) {
	for _, i := range items {
		c.Card[c.Items[i].ID] = c.Card[c.Items[0].ID]
	}
}

// Album makes a collection of all photos.
func (c *Camera) Album(title string, to ...collection.UserID) collection.Name {
	return c.AlbumOf(title, collection.Body{Recipients: to})
}

// AlbumOf makes a collection of all photos, with more to be said of it.
func (c *Camera) AlbumOf(title string, b collection.Body) collection.Name {
	b.Items = c.Items
	name, err := c.Make(c.w.T.Context(), collection.Header{Title: title, Authority: c.w.Authority()}, b)
	Must(c.w.T, err)
	return name
}

// LoneAlbum makes a collection of all photos of a camera that names no authority.
func LoneAlbum(c *Camera, title string, to ...collection.UserID) collection.Name {
	c.lone++
	d := device.New(c.User, c.Signer, device.MediaFunc(c.Card.Open), device.Config{
		Store: c.Station.Store, Now: c.w.Now, Random: c.w.Random(fmt.Sprint("lone albums ", c.Name, c.lone)),
	})
	name, err := d.Make(c.w.T.Context(), collection.Header{Title: title}, collection.Body{Items: c.Items, Recipients: to})
	Must(c.w.T, err)
	return name
}

// AlbumFor makes a draft of all photos for users and mail addresses.
func (c *Camera) AlbumFor(title string, to []collection.UserID, addresses ...string) collection.Name {
	name, err := c.MakeFor(c.w.T.Context(), collection.Header{Title: title}, collection.Body{Items: c.Items, Recipients: to}, addresses...)
	Must(c.w.T, err)
	return name
}

// Ref names a version of the i-th photo.
func (c *Camera) Ref(name collection.Name, i, version int) transport.Ref {
	return transport.Ref{Collection: name, Item: c.Items[i].ID, Version: version}
}

// Shares shares a collection with the hub.
func (c *Camera) Shares(name collection.Name) transport.Answer {
	c.w.T.Helper()
	return c.SharesWith(c.ToHub(), name)
}

// Syncs shares a collection with a peer.
func (c *Camera) Syncs(home *Peer, name collection.Name) transport.Answer {
	c.w.T.Helper()
	answer, err := c.Sync(c.w.T.Context(), c.To(home.Station), name)
	Must(c.w.T, err)
	return answer
}

// SharesWith shares a collection over any way to a hub.
func (c *Camera) SharesWith(to transport.ShareReceiver, name collection.Name) transport.Answer {
	c.w.T.Helper()
	answer, err := c.Share(c.w.T.Context(), to, name)
	Must(c.w.T, err)
	return answer
}

// HandsOver hands what fits of a collection over to a recipient's peer.
func (c *Camera) HandsOver(to *Peer, name collection.Name, capacity int64) {
	c.w.T.Helper()
	_, err := c.HandOver(c.w.T.Context(), c.To(to.Station), name, capacity)
	Must(c.w.T, err)
}

// Encoded is a collection as the camera has it, and that in bytes.
func (c *Camera) Encoded(name collection.Name) (collection.Collection, []byte) {
	c.w.T.Helper()
	made, err := c.Collection(c.w.T.Context(), name)
	Must(c.w.T, err)
	data, err := made.MarshalBinary()
	Must(c.w.T, err)
	return made, data
}

// Offers shares a collection with the hub, and uploads nothing yet.
func (c *Camera) Offers(name collection.Name) transport.Answer {
	c.w.T.Helper()
	_, data := c.Encoded(name)
	answer, err := c.ToHub().Share(c.w.T.Context(), transport.Share{Collection: data, Offers: []transport.Bits{transport.AllBits(len(c.Items))}})
	Must(c.w.T, err)
	return answer
}

// BlobKey is what the bytes of a version are stored under.
func (c *Camera) BlobKey(name collection.Name, i, version int) string {
	c.w.T.Helper()
	made, _ := c.Encoded(name)
	d, _ := made.Digest(i, version)
	return "v/" + name.Author.String() + "/" + d.String()
}
