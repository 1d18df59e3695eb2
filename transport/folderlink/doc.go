// Package folderlink hands collections over in a folder, in the place of a network: on a card
// that is put into the home computer, a drive as which a camera shows itself at a cable, a stick
// that somebody carries. [Put] writes what a home needs into the folder; [Take] gives a home what
// is there, as if the device had called it.
//
// In the folder is one named .glimpse, and in that one for each collection, by its id:
//
//	collection       as package collection encodes it, with the author's seal
//	files            where its versions are, a line for each
//	ITEM.VERSION     versions that are nowhere else in the folder
//
// A line is the item's id in 32 hexadecimal digits, the version's place in the ladder, and its path
// in the folder, as fs.ValidPath says, in UTF-8 without control characters; with a space between
// them, and a line feed at the end. A version is there once at most. Whoever writes them need not
// use Go:
//
//	03000000000000000000000000000000 2 DCIM/100LAKE/IMG_1.JPG
//
// A folder says nothing of who wrote it, and nothing in it is believed: a collection counts by its
// author's seal, which the home verifies, and a version by its digest, which is worked out before
// anything of it goes to the home, and again there. Nothing outside the folder is opened, whatever
// links and paths say, and nothing but ordinary files. Take writes nothing, so the folder may be
// read-only; what a home has is not read.
package folderlink

// The names in a folder.
const (
	hidden = ".glimpse"
	sealed = "collection"
	listed = "files"
)
