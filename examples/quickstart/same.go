package main

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
)

// Copies of a file, and pictures that look the same, have versions with the same
// digest. Stations store and send such a version once.

// digests are the different digests of a version, without those of the items that
// are left out.
func digests(c collection.Collection, version int, without map[collection.ItemID]remark) map[collection.Digest]collection.ItemID {
	all := map[collection.Digest]collection.ItemID{}
	for i := range c.Len() {
		id, _ := c.At(i)
		_, left := without[id]
		if d, ok := c.Digest(i, version); ok && !d.IsZero() && !left {
			all[d] = id
		}
	}
	return all
}

// different counts the versions of a collection that differ.
func different(c collection.Collection, version int) int { return len(digests(c, version, nil)) }

// originals says what the camera can still hand over of its collection: how many
// bytes the different originals have, but for those that are just like a thumbnail,
// which all have already; and the items of which neither the original nor a copy is
// left.
func (c *camera) originals(ctx context.Context) (bytes int64, gone []remark, err error) {
	made, err := c.device.Collection(ctx, c.name)
	if err != nil {
		return 0, nil, err
	}
	kept, thumbnails := digests(made, original, c.lost), digests(made, thumbnail, nil)
	for d, id := range kept {
		if _, there := thumbnails[d]; !there {
			bytes += c.photos[id].size
		}
	}
	for i := range made.Len() {
		id, _ := made.At(i)
		d, _ := made.Digest(i, original)
		if _, copied := kept[d]; !copied {
			gone = append(gone, c.lost[id])
		}
	}
	return bytes, gone, nil
}
