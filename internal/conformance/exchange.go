package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// messages is where the messages of the exchange are, from the root of the repository.
const messages = "transport/testdata/messages.json"

// readers read the messages, by their names in transport.cddl.
var readers = map[string]func([]byte) (any, error){
	"share": reads[transport.Share], "answer": reads[transport.Answer], "announcement": reads[transport.Announcement],
	"state": reads[transport.State], "notification": reads[notify.Notification], "fault": reads[transport.Fault],
	"collections-request": reads[transport.CollectionsRequest], "lacking": reads[transport.Lacking],
	"changes-request": reads[transport.ChangesRequest], "changes": reads[transport.Changes],
	"versions-request": reads[transport.VersionsRequest], "glimpse": reads[transport.Glimpse],
	"verify-request": reads[transport.VerifyRequest], "verify-response": reads[transport.VerifyResponse],
	"id-request": reads[transport.IDRequest], "identifiers": reads[transport.Identifiers], "settings": reads[transport.Settings],
	"key-news-request": reads[transport.KeyNewsRequest], "key-news": reads[transport.KeyNews],
	"roster-message": reads[transport.RosterMessage], "choice": reads[transport.Choice],
	"channels": reads[transport.Channels], "parked": reads[transport.Parked],
}

func reads[M any](data []byte) (any, error) { return transport.DecodeMessage[M](data) }

// message reads a message, and writes it again.
func (q request) message() (a answer, err error) {
	read, known := readers[q.Kind]
	if !known {
		return a, fmt.Errorf("no message is named %q", q.Kind)
	}
	m, err := read(q.Data)
	if errors.Is(err, transport.ErrMalformed) {
		return a, collection.ErrMalformed
	}
	if err != nil {
		return a, err
	}
	again, err := transport.Encode(m)
	sum := sha256.Sum256(again)
	a.Again = hex.EncodeToString(sum[:])
	return a, err
}

// exchange asks what is read of the messages of the exchange. The streams among them are no
// messages.
func exchange(root string) part {
	return func(d *driver) error {
		text, err := os.ReadFile(filepath.Join(root, messages))
		if err != nil {
			return err
		}
		var all []vector
		if err := json.Unmarshal(text, &all); err != nil {
			return err
		}
		return d.messages(all)
	}
}

func (d *driver) messages(all []vector) error {
	for _, v := range all {
		if readers[v.Kind] == nil {
			continue
		}
		q := request{Do: "message", Kind: v.Kind, Data: v.Hex}
		a, err := d.ask(q)
		if err != nil {
			return err
		}
		a.Want = v.Want // which is not asked for
		d.judge(v.Name, v.check(q, a))
	}
	return nil
}
