package collection

import "io"

// NewID makes the id of a collection from 16 bytes of random, such as crypto/rand.Reader.
// Errors are those of random.
func NewID(random io.Reader) (id ID, err error) {
	_, err = io.ReadFull(random, id[:])
	return id, err
}

// NewItemID makes the id of an item, likewise.
func NewItemID(random io.Reader) (id ItemID, err error) {
	_, err = io.ReadFull(random, id[:])
	return id, err
}

// NewUserID makes the id of a user who does not start with a key, likewise: see UserOf.
func NewUserID(random io.Reader) (u UserID, err error) {
	_, err = io.ReadFull(random, u[:])
	return u, err
}
