package peerprogram

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// enlist puts a station into the user's roster.
func (s *service) enlist(ctx context.Context, r enrol.Request) ([]byte, error) {
	next, err := r.AddTo(ctx, s.roster(), s.OwnKey.Signer)
	if err == nil {
		err = s.nameStation(r.Key.ID(), r.Name)
	}
	if err != nil {
		return nil, err
	}
	return s.setRoster(ctx, next)
}

// remove stops a station: its key counts no more, here, at the hub, and with everybody who hears
// of it there.
func (s *service) remove(ctx context.Context, name string) (struct{}, error) {
	if err := s.sealsRoster(); err != nil {
		return struct{}{}, err
	}
	key, err := s.station(ctx, name)
	if err != nil {
		return struct{}{}, err
	}
	roster := s.roster()
	station, _ := roster.Station(key)
	station.Role = signature.StationRemoved
	next, err := roster.Join(station).Sign(ctx, s.OwnKey.Signer)
	if err == nil {
		_, err = s.setRoster(ctx, next)
	}
	return struct{}{}, err
}

// station returns the key of the one station of a name, or a key.
func (s *service) station(ctx context.Context, name string) (key collection.KeyID, err error) {
	all, err := s.stations(ctx, struct{}{})
	all = slices.DeleteFunc(all, func(l listed) bool { return l.Name != name && l.Key.String() != name })
	switch {
	case err != nil:
		return key, err
	case len(all) == 0:
		return key, program.Plain(fmt.Errorf("no station %q has joined here; peer station list shows all", name))
	case len(all) > 1:
		return key, program.Plain(fmt.Errorf("several stations are called %q; use the key", name))
	}
	return all[0].Key, nil
}

// sealsRoster refuses what only the user's first station can do, as long as it runs.
func (s *service) sealsRoster() error {
	if r := s.roster(); r.Number > 0 && !r.By.Equal(s.OwnKey.Public()) {
		return program.Plain(errors.New("stations join, and are stopped, at the user's first computer"))
	}
	return s.running()
}

// roster is the user's, which the first station seals; the zero one if no other has joined.
func (s *service) roster() (r signature.Roster) {
	if r.UnmarshalBinary(s.Account.Statement) != nil {
		return signature.Roster{}
	}
	return r
}

// setRoster keeps a roster, and has the hub countersign it: what is lost on the way goes there
// with the next one.
func (s *service) setRoster(ctx context.Context, next signature.Roster) ([]byte, error) {
	before := s.Account
	statement, err := next.MarshalBinary()
	if err == nil {
		err = s.keep(statement)
	}
	if err != nil {
		return nil, err
	}
	if len(before.Hub) > 0 {
		statement, err = s.countersigned(ctx, statement, before.Statement)
	}
	if err == nil {
		err = s.Learn(ctx, [][]byte{statement})
	}
	return statement, err
}

// countersigned has the hub countersign a roster, which is kept; the one before, if the hub has another.
func (s *service) countersigned(ctx context.Context, statement, before []byte) ([]byte, error) {
	hub, err := httplink.HubOf(s.Account, httplink.Options{})
	if err != nil {
		return nil, err
	}
	statement, err = hub.SetRoster(ctx, statement)
	if errors.Is(err, signature.ErrChanged) { // it can be no other time
		err = errors.Join(err, s.keep(before))
	}
	if err == nil {
		err = s.keep(statement)
	}
	return statement, err
}

// keep keeps what shows whose station this is.
func (s *service) keep(statement []byte) error {
	s.Account.Statement, s.Account.UserKey = statement, signature.PublicKey{}
	if new(signature.Roster).UnmarshalBinary(statement) == nil {
		s.Account.UserKey = s.OwnKey.Public() // it has sealed the roster
	}
	return s.Account.Save(program.AccountIn(s.Dir))
}

// listed is a station that has joined here.
type listed struct {
	Key  collection.KeyID
	Name string
}

// stations lists those that count.
func (s *service) stations(context.Context, struct{}) (all []listed, err error) {
	names, err := s.names()
	for _, station := range s.roster().Stations {
		if id := collection.KeyID(station.Key.ID()); station.Role != signature.StationRemoved && id != s.OwnKey.ID() {
			all = append(all, listed{id, names[id]})
		}
	}
	slices.SortStableFunc(all, func(a, b listed) int { return cmp.Compare(a.Name, b.Name) })
	return all, err
}

// names are what stations are called, which no roster says.
func (s *service) names() (map[collection.KeyID]string, error) {
	names := map[collection.KeyID]string{}
	text, err := os.ReadFile(filepath.Join(s.Dir, "stations.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return names, nil
	}
	return names, errors.Join(err, json.Unmarshal(text, &names))
}

func (s *service) nameStation(key collection.KeyID, name string) error {
	names, err := s.names()
	if err != nil {
		return err
	}
	names[key] = name
	text, err := json.MarshalIndent(names, "", "  ")
	if err != nil {
		return err
	}
	return program.WriteFile(filepath.Join(s.Dir, "stations.json"), text)
}

type stationList struct{}

// Run lists.
func (stationList) Run(ctx context.Context, env program.Env, g *grammar) error {
	all, err := call[struct{}, []listed](ctx, g.Data, "station/list", struct{}{})
	for _, l := range all {
		fmt.Fprintf(env.Out, "%-24s  %v\n", device.Caption(l.Name), l.Key)
	}
	return err
}

type stationRemove struct {
	Station string `arg:"" help:"Its name, or its key."`
}

// Run stops the station.
func (w stationRemove) Run(ctx context.Context, env program.Env, g *grammar) error {
	_, err := call[string, struct{}](ctx, g.Data, "station/remove", w.Station)
	if err == nil {
		fmt.Fprintf(env.Out, "%q is stopped: its key counts no more.\n", w.Station)
	}
	return err
}
