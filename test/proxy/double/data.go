package double

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Data is what a test stores in the double: the token that it takes and the vaults that the token reads.
type Data struct {
	Token  string  `json:"token"`
	Vaults []Vault `json:"vaults"`
}

// Vault is one vault; ID is made from the name when empty.
type Vault struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// OutOfScope marks a vault that exists but was not granted to the token.
	OutOfScope bool   `json:"outOfScope"`
	Items      []Item `json:"items"`
}

// Item is one item; ID is made from the vault and the title when empty.
type Item struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Category string    `json:"category"`
	Tags     []string  `json:"tags"`
	Sections []Section `json:"sections"`
	Fields   []Field   `json:"fields"`
}

// Section is a group of fields.
type Section struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Field is one field; Section is a section's ID.
type Field struct {
	ID      string `json:"id"`
	Label   string `json:"label"`
	Value   string `json:"value"`
	Section string `json:"section"`
}

// IDForm is the form of every id.
var IDForm = regexp.MustCompile(`^[\da-z]{26}$`)

// ReadData reads what a test stores, as JSON; a key that it does not know is an error.
func ReadData(source io.Reader) (Data, error) {
	decoder := json.NewDecoder(source)
	decoder.DisallowUnknownFields()
	var data Data
	if err := decoder.Decode(&data); err != nil {
		return Data{}, err
	}
	for v := range data.Vaults {
		vault := &data.Vaults[v]
		vault.ID = idOr(vault.ID, "vault", vault.Name)
		if !IDForm.MatchString(vault.ID) {
			return Data{}, fmt.Errorf("vault %q has the id %q, not 26 lower-case letters and digits", vault.Name, vault.ID)
		}
		for i := range vault.Items {
			item := &vault.Items[i]
			item.ID = idOr(item.ID, "item", vault.ID, item.Title, fmt.Sprint(i))
			if !IDForm.MatchString(item.ID) {
				return Data{}, fmt.Errorf("item %q has the id %q, not 26 lower-case letters and digits", item.Title, item.ID)
			}
			if item.Category == "" {
				item.Category = "API_CREDENTIAL"
			}
			for f := range item.Fields {
				field := &item.Fields[f]
				// The built-in field of an API Credential has its name for an id; fields that people add have made-up ones.
				if field.ID == "" && field.Label == "credential" {
					field.ID = "credential"
				}
				field.ID = idOr(field.ID, "field", item.ID, field.Label)
			}
		}
	}
	return data, nil
}

func idOr(id string, parts ...string) string {
	if id != "" {
		return id
	}
	hash := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(hash[:]))[:26]
}

// Vault is the one with this id, in scope or not.
func (d Data) Vault(id string) (Vault, bool) {
	for _, vault := range d.Vaults {
		if vault.ID == id {
			return vault, true
		}
	}
	return Vault{}, false
}

// Item is the one with this id.
func (v Vault) Item(id string) (Item, bool) {
	for _, item := range v.Items {
		if item.ID == id {
			return item, true
		}
	}
	return Item{}, false
}
