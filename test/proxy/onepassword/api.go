package main

import (
	"net/http"

	"centaur-chart/test/proxy/double"
)

const (
	userID   = "SERVICEACCOUNTSERVICEACCOU"
	keysetID = "keysetkeysetkeysetkeysetke"
	// reads is the right to see what is in a vault, of the bits of an access control list.
	reads = 32
	// vaultType is that of a vault that people have made.
	vaultType = "U"
	born      = "2026-01-01T00:00:00Z"
)

type server struct {
	*double.Double
	sessions *sessions
	keyset   keyset
	// vaultKey is the one key of all vaults; which of them it is given for is in its id.
	vaultKey symmetricKey
}

func newServer(data double.Data, log func(message string)) (server, error) {
	keyset, err := newKeyset(keysetID)
	return server{
		Double:   double.New(data, log, fail),
		sessions: &sessions{byID: map[string]*session{}},
		keyset:   keyset,
		vaultKey: newSymmetricKey(""),
	}, err
}

// api answers what the SDK's core asks when it signs in and looks a secret reference up.
func (s server) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v3/auth/start", plain(s.start))
	mux.HandleFunc("POST /api/v2/auth", plain(s.exchange))
	mux.HandleFunc("POST /api/v2/auth/confirm-key", plain(s.confirm))
	mux.HandleFunc("POST /api/v2/auth/complete", s.signedIn(s.complete))
	mux.HandleFunc("GET /api/v2/account/keysets", s.signedIn(s.keysets))
	mux.HandleFunc("GET /api/v1/vaults", s.signedIn(s.vaults))
	mux.HandleFunc("GET /api/v3/vault/{vault}", s.signedIn(s.vault))
	mux.HandleFunc("GET /api/v1/vault/{vault}/items/overviews", s.signedIn(s.overviews))
	mux.HandleFunc("GET /api/v1/vault/{vault}/item/{item}", s.signedIn(s.item))
	return s.Recorded(s.Faulty(mux))
}

func fail(w http.ResponseWriter, status int, message string) {
	double.WriteJSON(w, status, map[string]string{"reason": message})
}

func (s server) keysets(session *session, _ *http.Request) (any, error) {
	body, err := s.keyset.body(session.account)
	return map[string]any{"version": 1, "keysets": []any{body}}, err
}

func (s server) vaults(*session, *http.Request) (any, error) {
	found := []any{}
	for _, vault := range s.Stored().Vaults {
		if vault.OutOfScope {
			continue
		}
		body, err := s.vaultBody(vault)
		if err != nil {
			return nil, err
		}
		found = append(found, body)
	}
	return found, nil
}

// vault is asked for by a client that was given the vault's id, and has no vault's key yet.
func (s server) vault(_ *session, r *http.Request) (any, error) {
	vault, err := s.readable(r)
	if err != nil {
		return nil, err
	}
	return s.vaultBody(vault)
}

func (s server) overviews(_ *session, r *http.Request) (any, error) {
	vault, err := s.readable(r)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, item := range vault.Items {
		body, err := s.itemBody(vault, item)
		if err != nil {
			return nil, err
		}
		items = append(items, body)
	}
	return map[string]any{"contentVersion": 1, "batchComplete": true, "items": items}, nil
}

func (s server) item(_ *session, r *http.Request) (any, error) {
	vault, err := s.readable(r)
	if err != nil {
		return nil, err
	}
	item, found := vault.Item(r.PathValue("item"))
	if !found {
		return nil, refusal(http.StatusNotFound)
	}
	body, err := s.itemBody(vault, item)
	if err != nil {
		return nil, err
	}
	body["encDetails"], err = s.keyOf(vault).seal(details(item))
	return map[string]any{"contentVersion": 1, "item": body}, err
}

func (s server) readable(r *http.Request) (double.Vault, error) {
	vault, found := s.Stored().Vault(r.PathValue("vault"))
	switch {
	case !found:
		return double.Vault{}, refusal(http.StatusNotFound)
	case vault.OutOfScope:
		return double.Vault{}, refusal(http.StatusForbidden)
	}
	return vault, nil
}

func (s server) keyOf(vault double.Vault) symmetricKey {
	return symmetricKey{id: vault.ID, key: s.vaultKey.key}
}

func (s server) vaultBody(vault double.Vault) (any, error) {
	attributes, err := s.keyOf(vault).seal(map[string]string{"name": vault.Name, "type": vaultType})
	if err != nil {
		return nil, err
	}
	key, err := s.keyset.sealKey(s.keyOf(vault))
	return map[string]any{
		"uuid":             vault.ID,
		"type":             vaultType,
		"createdAt":        born,
		"updatedAt":        born,
		"attrVersion":      1,
		"contentVersion":   1,
		"accessorsVersion": 1,
		"activeItemCount":  len(vault.Items),
		"clientAccess":     reads,
		"encAttrs":         attributes,
		"combinedAccess": map[string]any{
			"vaultUuid":     vault.ID,
			"accessorType":  "user",
			"accessorUuid":  userID,
			"accessVersion": 1,
			"acl":           reads,
			"leaseTimeout":  0,
			"vaultKeySN":    1,
			"encryptedBy":   s.keyset.symmetric.id,
			"encVaultKey":   key,
		},
	}, err
}

// templates are the ids of the categories that a test gives its items.
var templates = map[string]string{"API_CREDENTIAL": "112", "LOGIN": "001", "PASSWORD": "005"}

func (s server) itemBody(vault double.Vault, item double.Item) (map[string]any, error) {
	overview, err := s.keyOf(vault).seal(map[string]any{"title": item.Title, "ainfo": "", "tags": item.Tags})
	return map[string]any{
		"uuid":         item.ID,
		"templateUuid": templates[item.Category],
		"trashed":      "N",
		"createdAt":    born,
		"updatedAt":    born,
		"changerUuid":  userID,
		"itemVersion":  1,
		"faveIndex":    0,
		"encryptedBy":  vault.ID,
		"encOverview":  overview,
	}, err
}

// details puts the fields of no section into the one without a name, where items of the category API Credential have
// their credential.
func details(item double.Item) any {
	sections := []any{}
	for _, section := range append([]double.Section{{}}, item.Sections...) {
		fields := []any{}
		for _, field := range item.Fields {
			if field.Section == section.ID {
				fields = append(fields, map[string]string{"k": "concealed", "n": field.ID, "t": field.Label, "v": field.Value})
			}
		}
		sections = append(sections, map[string]any{"name": section.ID, "title": section.Label, "fields": fields})
	}
	return map[string]any{"notesPlain": "", "sections": sections}
}
