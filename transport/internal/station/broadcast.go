package station

import (
	"sync"

	"github.com/glimpse-go/glimpse/collection"
)

// Broadcast wakes those who wait for news of a user. The zero Broadcast works.
type Broadcast struct {
	mu      sync.Mutex
	waiting map[collection.UserID]chan struct{}
}

// Wait returns a channel that is closed at the next Wake for the user.
func (b *Broadcast) Wait(u collection.UserID) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting = map[collection.UserID]chan struct{}{}
	}
	if b.waiting[u] == nil {
		b.waiting[u] = make(chan struct{})
	}
	return b.waiting[u]
}

// Wake wakes all who wait for news of the users.
func (b *Broadcast) Wake(users ...collection.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, u := range users {
		if c := b.waiting[u]; c != nil {
			close(c)
			delete(b.waiting, u)
		}
	}
}
