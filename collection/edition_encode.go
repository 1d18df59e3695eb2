package collection

import (
	"maps"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/wire"
)

// encodeEdition writes the editable part: of the header, of the items of a
// collection whose ladder has the given number of versions, and their previews.
func encodeEdition(h *Header, items []Item, versions int, p previews) []byte {
	captions, digests := captionsOf(items), digestsOf(items, versions)
	names, types := typesOf(items)
	known := slices.ContainsFunc(digests, func(col []byte) bool { return col != nil })
	var raw []byte
	raw = wire.AppendMap(raw, count(h.Edition > 0, h.Title != "", captions.len() > 0, len(names) > 0,
		len(h.Metadata) > 0, h.Hints != Hints{}, known, p.any()))
	raw = appendEditionHead(raw, h)
	if captions.len() > 0 {
		raw = captions.append(wire.AppendUint(raw, editionCaptions))
	}
	if len(names) > 0 {
		raw = appendTypes(wire.AppendUint(raw, editionTypes), names, types)
	}
	raw = appendEditionMiddle(raw, h)
	if known {
		raw = appendDigests(wire.AppendUint(raw, editionDigests), digests)
	}
	if p.any() {
		raw = p.append(wire.AppendUint(raw, editionPreviews))
	}
	return raw
}

// appendEditionHead appends the fields before the items' texts.
func appendEditionHead(raw []byte, h *Header) []byte {
	if h.Edition > 0 {
		raw = wire.AppendUint(wire.AppendUint(raw, editionNumber), h.Edition)
	}
	if h.Title != "" {
		raw = wire.AppendText(wire.AppendUint(raw, editionTitle), h.Title)
	}
	return raw
}

// appendEditionMiddle appends the fields between the items' texts and digests.
func appendEditionMiddle(raw []byte, h *Header) []byte {
	if len(h.Metadata) > 0 {
		raw = wire.AppendMap(wire.AppendUint(raw, editionMetadata), len(h.Metadata))
		for _, k := range slices.SortedFunc(maps.Keys(h.Metadata), compareKeys[string]) {
			raw = wire.AppendText(wire.AppendText(raw, k), h.Metadata[k])
		}
	}
	if h.Hints != (Hints{}) {
		raw = h.Hints.append(wire.AppendUint(raw, editionHints))
	}
	return raw
}

func (h *Hints) append(raw []byte) []byte {
	raw = wire.AppendMap(raw, count(h.PerPage > 0, !h.Cover.IsZero(), !h.Background.IsZero(), h.Border != ""))
	if h.PerPage > 0 {
		raw = wire.AppendUint(wire.AppendUint(raw, hintPerPage), uint64(h.PerPage))
	}
	if !h.Cover.IsZero() {
		raw = wire.AppendBytes(wire.AppendUint(raw, hintCover), h.Cover[:])
	}
	if !h.Background.IsZero() {
		raw = wire.AppendBytes(wire.AppendUint(raw, hintBackground), h.Background[:])
	}
	if h.Border != "" {
		raw = wire.AppendText(wire.AppendUint(raw, hintBorder), h.Border)
	}
	return raw
}

func captionsOf(items []Item) texts {
	var t texts
	for i := range items {
		if items[i].Caption != "" {
			t.add(i, items[i].Caption)
		}
	}
	return t
}

// typesOf returns the distinct media types, ascending, and the column of their
// places; no names if no item has a type.
func typesOf(items []Item) (names []string, types column.Column) {
	places := map[string]uint32{}
	for i := range items {
		places[items[i].MediaType] = 0
	}
	names = slices.SortedFunc(maps.Keys(places), strings.Compare)
	if len(names) == 0 || len(names) == 1 && names[0] == "" {
		return nil, types
	}
	for place, name := range names {
		places[name] = uint32(place)
	}
	values := make([]uint32, len(items))
	for i := range items {
		values[i] = places[items[i].MediaType]
	}
	return names, column.FromValues(values)
}

func appendTypes(raw []byte, names []string, types column.Column) []byte {
	raw = wire.AppendArray(wire.AppendArray(raw, 3), len(names))
	for _, name := range names {
		raw = wire.AppendText(raw, name)
	}
	_, form, data := types.Encode()
	return wire.AppendBytes(wire.AppendUint(raw, uint64(form)), data)
}

func appendDigests(raw []byte, cols [][]byte) []byte {
	known := 0
	for _, col := range cols {
		known += count(col != nil)
	}
	raw = wire.AppendMap(raw, known)
	for v, col := range cols {
		if col != nil {
			raw = wire.AppendBytes(wire.AppendUint(raw, uint64(v)), col)
		}
	}
	return raw
}

// digestsOf returns the digest columns by version; nil where none is known.
func digestsOf(items []Item, versions int) [][]byte {
	cols := make([][]byte, versions)
	for i := range items {
		for v, d := range items[i].Digests {
			if d == (Digest{}) || v >= versions {
				continue
			}
			if cols[v] == nil {
				cols[v] = make([]byte, len(items)*digestSize)
			}
			copy(cols[v][i*digestSize:], d[:])
		}
	}
	return cols
}
