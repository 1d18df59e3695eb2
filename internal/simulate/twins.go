package main

import (
	"math/rand/v2"

	"github.com/glimpse-go/glimpse/internal/lab"
)

// twins are the versions of all photos so far, in a run in which some photos are
// not the only ones with their bytes; nil in all other runs.
type twins struct {
	random *rand.Rand
	taken  []lab.Photo
}

func newTwins(seed uint64) *twins {
	random := rand.New(rand.NewPCG(seed, 2))
	if random.IntN(3) > 0 {
		return nil
	}
	return &twins{random: random}
}

// twin makes some photos copies of others, of whatever camera, or alike in one of
// their versions.
func (t *twins) twin(photo lab.Photo) lab.Photo {
	if t == nil {
		return photo
	}
	if len(t.taken) > 0 {
		other := t.taken[t.random.IntN(len(t.taken))]
		switch t.random.IntN(10) {
		case 0, 1: // a copy
			photo = other
		case 2, 3: // another rating
			photo[0] = other[0]
		case 4: // another crop
			photo[2] = other[2]
		case 5: // a small photo
			photo[2] = photo[0]
		case 6: // the thumbnail of another photo, by itself
			photo[2] = other[0]
		}
	}
	t.taken = append(t.taken, photo)
	return photo
}
