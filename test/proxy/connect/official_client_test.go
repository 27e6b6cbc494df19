package main

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/1Password/connect-sdk-go/connect"

	"centaur-chart/test/proxy/double"
)

const (
	token  = "a token of the test"
	vaults = `{
		"token": "a token of the test",
		"vaults": [
			{"name": "Centaur", "id": "centaurcentaurcentaurcenta", "items": [
				{"title": "WAREHOUSE_API_KEY", "fields": [{"label": "credential", "value": "from the warehouse"}]},
				{"title": "twice"}, {"title": "twice"},
				{"title": "named", "id": "itemitemitemitemitemitemit", "sections": [{"id": "s1", "label": "Production"}],
					"fields": [{"label": "empty"}, {"label": "key", "value": "in a section", "section": "s1"}]}
			]},
			{"name": "Someone else's", "id": "othersothersothersothersot", "outOfScope": true}
		]
	}`
)

// The client that the proxy itself uses reads the double as it reads Connect.
func TestOfficialClientReadsTheDouble(t *testing.T) {
	data, err := double.ReadData(strings.NewReader(vaults))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newServer(data, logger{out: io.Discard}).api())
	defer server.Close()
	client := connect.NewClient(server.URL, token)

	t.Run("a vault by name and by id", func(t *testing.T) {
		for _, query := range []string{"Centaur", "centaurcentaurcentaurcenta"} {
			vault, err := client.GetVault(query)
			if err != nil {
				t.Fatal(err)
			}
			if vault.Name != "Centaur" || vault.ID != "centaurcentaurcentaurcenta" || vault.Items != 4 {
				t.Errorf("GetVault(%q) = %+v", query, vault)
			}
		}
	})
	t.Run("an item's field by the item's title", func(t *testing.T) {
		item, err := client.GetItem("WAREHOUSE_API_KEY", "Centaur")
		if err != nil {
			t.Fatal(err)
		}
		if got := item.GetValue("credential"); got != "from the warehouse" {
			t.Errorf("credential is %q", got)
		}
		if item.Fields[0].ID != "credential" {
			t.Errorf("the built-in field has the id %q", item.Fields[0].ID)
		}
	})
	t.Run("an item by id, its section and its empty field", func(t *testing.T) {
		item, err := client.GetItem("itemitemitemitemitemitemit", "centaurcentaurcentaurcenta")
		if err != nil {
			t.Fatal(err)
		}
		if got := item.GetValue("Production.key"); got != "in a section" {
			t.Errorf("Production.key is %q", got)
		}
		if item.Fields[0].Value != "" {
			t.Errorf("the empty field is %q", item.Fields[0].Value)
		}
	})
	t.Run("no files", func(t *testing.T) {
		files, err := client.GetFiles("named", "Centaur")
		if err != nil || len(files) != 0 {
			t.Errorf("GetFiles: %v, %v", files, err)
		}
	})

	wrong := connect.NewClient(server.URL, "another token")
	for name, refused := range map[string]struct {
		ask  func() error
		says string
	}{
		"a vault that does not exist":  {askVault(client, "Nowhere"), `Found 0 vaults with title "Nowhere"`},
		"a vault that is not in scope": {askVault(client, "Someone else's"), `Found 0 vaults`},
		"its id":                       {askVault(client, "othersothersothersothersot"), "status 403: vault othersothersothersothersot is not in scope"},
		"an id that does not exist":    {askVault(client, "zzzzzzzzzzzzzzzzzzzzzzzzzz"), "status 404: vault zzzzzzzzzzzzzzzzzzzzzzzzzz not found"},
		"a wrong token":                {askVault(wrong, "Centaur"), "status 401: Invalid token signature"},
		"a quote in a vault's name":    {askVault(client, `Cent"aur`), "status 400: invalid filter"},
		"an item that does not exist":  {askItem(client, "NOTHING"), "Found 0 item(s)"},
		"an item's title given twice":  {askItem(client, "twice"), "Found 2 item(s)"},
		"a write": {func() error {
			return client.DeleteItemByID("itemitemitemitemitemitemit", "Centaur")
		}, "status 403: Authorization"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			err := refused.ask()
			if err == nil || !strings.Contains(err.Error(), refused.says) {
				t.Errorf("got %v, want %q", err, refused.says)
			}
		})
	}
}

// A title is put into the filter as it stands, so what follows a quote is filter too.
func TestAQuoteInATitleIsMoreFilter(t *testing.T) {
	data, err := double.ReadData(strings.NewReader(vaults))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newServer(data, logger{out: io.Discard}).api())
	defer server.Close()
	item, err := connect.NewClient(server.URL, token).GetItem(`x" or title eq "WAREHOUSE_API_KEY`, "Centaur")
	if err != nil {
		t.Fatal(err)
	}
	if item.Title != "WAREHOUSE_API_KEY" {
		t.Errorf("found %q", item.Title)
	}
}

func TestUnknownKeysAndIllFormedIDsAreRefused(t *testing.T) {
	for _, text := range []string{
		`{"tokn": "x"}`,
		`{"vaults": [{"name": "v", "id": "short"}]}`,
		`{"vaults": [{"name": "v", "items": [{"title": "i", "id": "UPPER"}]}]}`,
	} {
		if _, err := double.ReadData(strings.NewReader(text)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func askVault(client connect.Client, query string) func() error {
	return func() error {
		_, err := client.GetVault(query)
		return err
	}
}

func askItem(client connect.Client, query string) func() error {
	return func() error {
		_, err := client.GetItem(query, "Centaur")
		return err
	}
}
