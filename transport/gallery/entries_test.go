package gallery

// Tests load modules by themselves that pages load with others.
func init() {
	entries = append(entries, "originals.js", "badge.js", "me.js", "store.js", "wishes.js", "ring.js", "news.js", "reach.js")
}

// Entry is where a page finds a module.
func (g *Gallery) Entry(name string) string { return g.assets.URL(name) }
