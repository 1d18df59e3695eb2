package signature

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// TestRosterVectors reads rosters that were made by signature.cddl alone, and compares who
// counts for somebody who knows nothing else.
func TestRosterVectors(t *testing.T) {
	file, err := os.ReadFile("testdata/rosters.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name, User, Statement, Roster string
		Keys                          []string
	}
	if err := json.Unmarshal(file, &vectors); err != nil || len(vectors) == 0 {
		t.Fatal(len(vectors), err)
	}
	for _, v := range vectors {
		data, err := hex.DecodeString(v.Roster)
		if err != nil {
			t.Fatal(err)
		}
		var r Roster
		ring := new(Keyring)
		if err = r.UnmarshalBinary(data); err == nil {
			if statement, err := r.Statement(); err != nil || hex.EncodeToString(statement) != v.Statement {
				t.Errorf("%s: the statement is %x, %v", v.Name, statement, err)
			}
			if hex.EncodeToString(r.User[:]) != v.User || hex.EncodeToString(mustMarshal(t, r)) != v.Roster {
				t.Errorf("%s: read and written again, it differs", v.Name)
			}
			err = ring.AddRoster(ctx, r)
		}
		keys := []string{}
		for s := range ring.Keys() {
			if s.Role == RoleUser {
				keys = append(keys, hex.EncodeToString(s.Key.id[:]))
			}
		}
		if !slices.Equal(keys, v.Keys) {
			t.Errorf("%s: %v: keys %v, want %v", v.Name, err, keys, v.Keys)
		}
	}
}
