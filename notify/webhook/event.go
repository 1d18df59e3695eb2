package webhook

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

const (
	mediaType   = "application/cloudevents+json" // CloudEvents 1.0, JSON format, section 3
	typePrefix  = "org.glimpse-go.collection."   // before the reason
	specVersion = "1.0"
)

// Event is a letter as a CloudEvent.
type Event struct {
	SpecVersion     string     `json:"specversion"`
	ID              string     `json:"id"` // the letter's, in hexadecimal: a repeat has the same
	Source          string     `json:"source"`
	Type            string     `json:"type"`    // org.glimpse-go.collection. and the reason, such as shared
	Subject         string     `json:"subject"` // the collection's name
	Time            *time.Time `json:"time,omitempty"`
	DataContentType string     `json:"datacontenttype"`
	Data            Data       `json:"data"`
}

// Data is what an event tells. Texts are whatever people have written. Cover and File are
// base64.
type Data struct {
	Author      collection.UserID `json:"author"`
	Collection  collection.ID     `json:"collection"`
	By          string            `json:"by,omitempty"`
	Title       string            `json:"title,omitempty"`
	Note        string            `json:"note,omitempty"`
	Items       int               `json:"items"`
	Labelled    int               `json:"labelled"`
	Withdrawn   int               `json:"withdrawn,omitempty"`
	Link        string            `json:"link,omitempty"`
	Unsubscribe string            `json:"unsubscribe,omitempty"`
	Code        string            `json:"code,omitempty"`
	Cover       []byte            `json:"cover,omitempty"`
	File        []byte            `json:"file,omitempty"`
}

// event writes a letter as an event.
func event(source string, l notify.Letter) ([]byte, error) {
	e := Event{
		SpecVersion: specVersion, ID: fmt.Sprintf("%x", l.ID), Source: source, Type: typePrefix + l.Reason.String(),
		Subject: collection.Name{Author: l.Author, ID: l.Collection}.String(), DataContentType: "application/json",
		Data: Data{
			Author: l.Author, Collection: l.Collection, By: l.By, Title: l.Title, Note: l.Note, Items: l.Items, Labelled: l.Labelled,
			Withdrawn: l.Withdrawn, Link: l.Link, Unsubscribe: l.Unsubscribe, Code: l.Code, Cover: l.Cover, File: l.File,
		},
	}
	if !l.Time.IsZero() {
		at := l.Time.UTC()
		e.Time = &at
	}
	return json.Marshal(e)
}
