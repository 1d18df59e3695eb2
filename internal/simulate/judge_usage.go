package main

import (
	"context"
	"encoding/binary"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// counted checks that a hub counts for each author what it keeps.
func (w *world) counted(at *station) {
	kept := map[collection.UserID]hub.Usage{}
	for r := range at.disk.records("c/") {
		u := w.authorOf(at, r.Key)
		k := kept[u]
		k.Collections++
		for name, part := range at.disk.parts[strings.TrimPrefix(r.Key, "c/")] {
			k.States += int64(len(name) + len(part))
		}
		kept[u] = k
	}
	for r := range at.disk.records("v/") {
		u := w.authorOf(at, r.Key)
		k := kept[u]
		if k.Versions += int64(len(r.Value) - 1); r.Value[0] == 1 {
			k.Versions += int64(binary.BigEndian.Uint64(r.Value[1:])) - 8
		}
		kept[u] = k
	}
	for u, want := range kept {
		got, err := at.Hub.Quotas().Usage(context.Background(), u)
		if err != nil || got.Collections != want.Collections || got.States != want.States || got.Versions != want.Versions {
			w.fail("%s counts %d collections, %d and %d bytes for %v, and keeps %d, %d and %d: %v", at.Name, got.Collections, got.States, got.Versions, u, want.Collections, want.States, want.Versions, err)
		}
	}
}

// authorOf is the user in a key.
func (w *world) authorOf(at *station, key string) (u collection.UserID) {
	if err := u.UnmarshalText([]byte(strings.Split(key, "/")[1])); err != nil {
		w.fail("%s: %s: %w", at.Name, key, err)
	}
	return u
}
