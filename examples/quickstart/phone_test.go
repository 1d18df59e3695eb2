package main

import (
	"os"
	"testing"
)

// A phone's folder: photos in HEIC, a Live Photo's film, the list of an edit. No
// photo is left without a thumbnail.
func TestPhoneFolder(t *testing.T) {
	heic, err := os.ReadFile("../../transport/media/heif/testdata/corners.heic")
	if err != nil {
		t.Fatal(err)
	}
	f := folder{files: files{
		"IMG_0001.HEIC": heic, "IMG_0002.JPG": small(1), "IMG_0003.WEBP": nil,
		"IMG_E0001.HEIC": heic, "IMG_0001.AAE": []byte("<?xml version='1.0'?><plist/>"), "IMG_0001.MOV": film,
	}}
	if f.files["IMG_0003.WEBP"], err = os.ReadFile("../../transport/media/testdata/lossy.webp"); err != nil {
		t.Fatal(err)
	}
	r := shared(t, "-photos", f.lay(t))
	if r.Items != len(f.files) || len(r.Skipped) > 0 {
		t.Errorf("%d items, skipped %v", r.Items, r.Skipped)
	}
	said(t, "generic", r.Generic, texts{"IMG_0001.MOV": "video/quicktime, "})
}
