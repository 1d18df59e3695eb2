package collection

import "github.com/glimpse-go/glimpse/internal/idindex"

// indexed returns the index of the items by their ids. It is made when it is needed
// first, and tells then whether an id is there twice.
func (f *fixed) indexed() *idindex.Index {
	if x := f.index.Load(); x != nil {
		return x
	}
	return f.makeIndex()
}

func (f *fixed) makeIndex() *idindex.Index {
	f.indexOnce.Do(func() { f.index.Store(idindex.New(f.items)) })
	return f.index.Load()
}
