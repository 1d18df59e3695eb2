package main

import (
	"strings"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

type (
	files = map[string][]byte // by name
	texts = map[string]string
)

// folder is a folder as people have them, and what they expect of it.
type folder struct {
	files   files
	links   texts // name → target
	args    []string
	items   int
	generic texts // name → words of the reason
	skipped texts
	hidden  int
}

var (
	document = []byte("%PDF-1.7 and so on")
	film     = []byte("\x00\x00\x00\x18ftypqt  \x00\x00\x00\x00qt  wide\x00\x00\x00\x08mdat") // without a frame
)

// small draws a photo that is smaller than a screen version.
func small(n int) []byte { return drawn(n, 200, 150, mediatest.EXIF{}) }

// folders are those that people complain about in public.
func folders() map[string]folder {
	some := func(names ...string) files {
		all := files{}
		for n, name := range names {
			all[name] = small(n + 20)
		}
		return all
	}
	whole := goodFiles()["plain.jpg"]
	cut := whole[:100] // in the header
	return map[string]folder{
		"one file":             {files: some("a.jpg"), items: 1},
		"names in Latin-1":     {files: some("caf\xe9.jpg", "\xfcber/na\xefve.jpg", "good.jpg"), items: 3},
		"names with new lines": {files: some("a\nb.jpg", "\n", "c\r.jpg"), items: 3},
		"right-to-left marks":  {files: some("photo\u202egpj.exe", "\u200f.jpg"), items: 2},
		"terminal codes":       {files: some("evil\x1b[2J.jpg", "\x07bell.jpg"), items: 2},
		"255 bytes":            {files: some(strings.Repeat("\xe9", 251)+".jpg", strings.Repeat("写", 83)+".jpg"), items: 2},
		"twins in NFC and NFD": {files: some("caf\u00e9.jpg", "cafe\u0301.jpg"), items: 2},
		"twins in case":        {files: some("IMG.jpg", "IMG.JPG", "img.jpg"), items: 3},
		"names like options":   {files: some("-rf.jpg", "--help", "%s%n.jpg", "a;b&c.jpg", " .jpg", "'\".jpg"), items: 6},
		"reserved on Windows":  {files: some("CON", "a:b.jpg", "a?.jpg", "end.", "a\\b.jpg"), items: 5},
		"deep":                 {files: some(strings.Repeat("d/", 60) + "a.jpg"), items: 1},
		"copies": {
			files: files{"IMG_1.jpg": whole, "IMG_1 (1).jpg": whole, "old/IMG_1.jpg": whole, "b.jpg": small(1)},
			items: 4,
		},
		"other rating": {files: files{"a.jpg": rated(1), "b.jpg": rated(5), "c.jpg": rated(5)}, items: 3},
		"documents of one kind": {
			files: files{"a.pdf": document, "b.pdf": []byte("%PDF-1.7 and another"), "c.pdf": document, "d.xmp": []byte("<x:xmpmeta/>"), "e.AAE": []byte("<?xml version='1.0'?>")},
			items: 5,
		},
		"its own thumbnails": {
			files: files{"a.jpg": small(1), "thumb of a.jpg": thumbnailOf(small(1)), "icon.jpg": iconOf("b.pdf"), "b.pdf": document},
			items: 4,
		},
		"black frames": {files: files{"1.png": black(1000), "2.png": black(1000), "3.png": black(1001)}, items: 3},
		"empty files": {
			files: files{"a.jpg": nil, "b.txt": nil, "c.jpg": small(1)},
			items: 1, skipped: texts{"a.jpg": "an empty file", "b.txt": "an empty file"},
		},
		"hidden files": {
			files: files{".DS_Store": document, "._a.jpg": document, "Thumbs.db": document, ".trashed-1-b.jpg": small(1), "@eaDir/a.jpg": small(2), "a.jpg": small(3)},
			items: 1, hidden: 5,
		},
		"damaged": {
			files: files{"cut.jpg": cut, "a.jpg": small(1)},
			items: 2, generic: texts{"cut.jpg": "image/jpeg, damaged or cut short"},
		},
		"too large": {
			files: files{"huge.png": huge(goodFiles()["picture.png"]), "a.jpg": small(1)},
			items: 2, generic: texts{"huge.png": "larger than the memory budget: 60000 × 60000 pixels"},
		},
		"with little memory": {
			files: files{"a.gif": wideGIF()},
			args:  []string{"-budget", "1"}, items: 1, generic: texts{"a.gif": "a larger -budget would help"},
		},
		"unknown pictures": {
			files: files{"icon.ico": []byte("\x00\x00\x01\x00 and so on"), "a.jpg": small(1)},
			items: 2, generic: texts{"icon.ico": "another engine may read it"},
		},
		"nothing but these": {
			files: files{"a.jpg": cut, "b.jpg": whole[:101]},
			items: 2, generic: texts{"a.jpg": "damaged", "b.jpg": "damaged"},
		},
		"a film that is none": {
			files: files{"IMG_1.MOV": film, "IMG_1.jpg": small(1)},
			items: 2, generic: texts{"IMG_1.MOV": "video/quicktime, "},
		},
		"wrong extensions": {
			files: files{"a.png": small(1), "b.heic": small(2), "c.txt": small(3), "d": small(4), "e.jpg": []byte("Dear diary, this is no photo.\n")},
			items: 5,
		},
		"links to files": {
			files: some("z.jpg"),
			links: texts{"a.jpg": "z.jpg", "b.jpg": "a.jpg", "c.jpg": "./z.jpg"}, items: 1,
		},
		"links to folders": {files: some("sub/a.jpg", "b.jpg"), links: texts{"other": "sub", "again": "other"}, items: 2},
		"circles of links": {
			files: some("sub/a.jpg"),
			links: texts{"sub/up": "..", "me": ".", "x": "y", "y": "x", "sub/out": "../.."}, items: 1, skipped: texts{"x": "leads to itself", "y": "leads to itself", "sub/out": "a link to a folder in which this one is"},
		},
		"links to nothing": {
			files: some("a.jpg"),
			links: texts{"b.jpg": "gone.jpg", "c": "/dev/null"}, items: 1, skipped: texts{"b.jpg": "leads nowhere", "c": "a device, not a file"},
		},
		"a whole camera": {files: goodFiles(), items: len(goodFiles())},
	}
}
