package gallery_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// tricks are texts by which pages have been made to run what others wrote.
var tricks = []string{
	`<script>evil()</script>`, `<img src=x onerror=evil()>`, `<svg onload=evil()>`, `"><script>evil()</script>`,
	`'><img src=x onerror=evil()>`, `" onmouseover="evil()" x="`, `' onfocus='evil()' autofocus='`, `javascript:evil()`,
	`data:text/html,<script>evil()</script>`, `</script><script>evil()</script>`, `<!--<script>--><script>evil()</script>`,
	`</title><script>evil()</script>`, `</textarea><script>evil()</script>`, `<iframe srcdoc="<script>parent.evil()</script>">`,
	`<a href="java&#115;cript:evil()">x</a>`, `<math><mi xlink:href="javascript:evil()">x`, `<style>@import'//evil.example'</style>`,
	`<base href=//evil.example/>`, `<meta http-equiv=refresh content="0;url=//evil.example">`, `<link rel=stylesheet href=//evil.example>`,
	`{{constructor.constructor('evil()')()}}`, `${evil()}`, `{n}{i}{of}`, `<details open ontoggle=evil()>`, `<video><source onerror=evil()>`,
	"\u202egpj.exe", "\u2066\u2069\u200f", `<template><img src=x onerror=evil()></template>`, `<form action=//evil.example><input name=parentNode>`,
	`__proto__`, `constructor`, `&lt;script&gt;evil()&lt;/script&gt;`, `<noscript><p title="</noscript><img src=x onerror=evil()>">`,
}

// types are media types that are none, or that browsers run.
var types = []string{"text/html", "image/svg+xml", `image/png" onerror="evil()`, "application/xhtml+xml", "text/javascript", "video/mp4;evil", "__proto__", "constructor"}

// pictures are none that the page can show.
var pictures = []string{
	`<svg xmlns="http://www.w3.org/2000/svg" onload="evil()"><script>evil()</script></svg>`, `<script>evil()</script>`, "GIF89a/*<svg onload=evil()>*/=1;evil()",
	"\xff\xd8\xff\xe0<?xml?><script>evil()</script>",
}

// TestNothingOfAnAlbumRuns: no title, caption, media type, preview or picture that an author makes up
// is anything but a text or a picture: not in the grid, in tips, in the viewer or in the list.
func TestNothingOfAnAlbumRuns(t *testing.T) {
	s := showing(t, len(tricks), nil)
	for i := range s.cam.Items {
		item := &s.cam.Items[i]
		item.Caption, item.MediaType = tricks[i], types[i%len(types)]
		item.Preview = []byte(strings.Repeat(pictures[i%len(pictures)], 9))[:5+i%20]
		photo := lab.Photo{[]byte(pictures[i%len(pictures)] + tricks[i]), []byte(pictures[(i+1)%len(pictures)] + tricks[i]), []byte(tricks[i])}
		s.cam.Card[item.ID] = photo
	}
	body := collection.Body{Items: s.cam.Items, Recipients: []collection.UserID{s.bob}, Completers: []collection.UserID{s.cam.Station.User}}
	s.name = s.cam.AlbumOf(strings.Join(tricks[:20], ""), body)
	s.cam.Shares(s.name)

	s.AtStart(`globalThis.evil = () => { globalThis.ran = true; console.error('ran') }`)
	s.Open(s.url())
	s.Until(ready)
	for i := range tricks {
		if i == 0 {
			s.Click(`.tile[data-i="0"] a`)
		} else {
			s.Press(kb.ArrowRight)
		}
		s.Until(`document.querySelector('.viewer[open] .count').textContent.startsWith('` + strconv.Itoa(i+1) + ` ')`)
		got := browsertest.Eval[string](s.Page, `document.querySelector('.viewer .caption').textContent`)
		if got != tricks[i] {
			t.Errorf("the caption %q is shown as %q", tricks[i], got)
		}
		s.harmless(t)
	}
	s.Press(kb.Escape)
	s.Until(`!document.querySelector('.viewer[open]')`)
	s.Open(s.origin + "/")
	s.Until(ready)
	s.harmless(t)
}

// harmless looks for what should not be on a page.
func (s *shown) harmless(t *testing.T) {
	t.Helper()
	found := browsertest.Eval[string](s.Page, `[
		globalThis.ran ? 'a script ran' : '',
		...[...document.querySelectorAll('main iframe, main script, main style, main form, main base, main meta, main object, main embed, main template, body > script:not([id]), .viewer a, .viewer iframe')].map((e) => e.outerHTML),
		...[...document.querySelectorAll('*')].flatMap((e) => [...e.attributes]).filter((a) => a.name.startsWith('on') || /^\s*javascript:/i.test(a.value) && a.name !== 'aria-label' && a.name !== 'alt').map((a) => a.name),
		...performance.getEntriesByType('resource').map((e) => e.name).filter((n) => !n.startsWith(location.origin) && !n.startsWith('blob:' + location.origin) && !n.startsWith('data:image/')),
	].filter(Boolean).join('\n')`)
	if found != "" {
		t.Error(found)
	}
}
