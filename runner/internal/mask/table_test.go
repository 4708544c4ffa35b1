package mask

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// TestTable plays the table that the client is held to as well.
func TestTable(t *testing.T) {
	text, err := os.ReadFile("../../testdata/masks.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Forms map[string][]string
		Texts []struct {
			Name, Text, Masked string
			Secrets            []string
		}
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	for value, want := range table.Forms {
		got := forms(value)
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
	for _, each := range table.Texts {
		t.Run(each.Name, func(t *testing.T) { cuts(t, New(each.Secrets), each.Text, each.Masked) })
	}
}
