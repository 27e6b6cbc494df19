package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"centaur-chart/test/proxy/double"
)

type server struct{ *double.Double }

func newServer(data double.Data, log logger) server {
	return server{double.New(data, log.info, fail)}
}

// api answers the paths under /v1 that read vaults and items. The double's token may read only, so every write is
// refused as Connect refuses one by such a token.
func (s server) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/vaults", s.vaults)
	mux.HandleFunc("GET /v1/vaults/{vault}", s.vault)
	mux.HandleFunc("GET /v1/vaults/{vault}/items", s.items)
	mux.HandleFunc("GET /v1/vaults/{vault}/items/{item}", s.item)
	mux.HandleFunc("GET /v1/vaults/{vault}/items/{item}/files", s.files)
	for _, write := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		mux.HandleFunc(write+" /v1/vaults/", func(w http.ResponseWriter, _ *http.Request) {
			fail(w, http.StatusForbidden, "Authorization: token does not have permission to perform this action")
		})
	}
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusNotFound, "path not found")
	})
	return s.Recorded(s.Faulty(authorized(s, withoutTrailingSlash(mux))))
}

// The JavaScript client asks for /v1/vaults/, the Go client for /v1/vaults.
func withoutTrailingSlash(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.TrimSuffix(r.URL.Path, "/")
		next.ServeHTTP(w, r)
	})
}

func authorized(s server, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("1Password-Connect-Version", Version)
		token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case !isBearer:
			fail(w, http.StatusUnauthorized, "Invalid bearer token")
		case token == "" || token != s.Stored().Token:
			fail(w, http.StatusUnauthorized, "Invalid token signature")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s server) vaults(w http.ResponseWriter, r *http.Request) {
	asked, err := parseFilter(r.URL.Query().Get("filter"))
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	found := []any{}
	for _, vault := range s.Stored().Vaults {
		if !vault.OutOfScope && asked(vault.Name, nil) {
			found = append(found, vaultBody(vault))
		}
	}
	double.WriteJSON(w, http.StatusOK, found)
}

func (s server) vault(w http.ResponseWriter, r *http.Request) {
	if vault, ok := s.vaultOf(w, r); ok {
		double.WriteJSON(w, http.StatusOK, vaultBody(vault))
	}
}

func (s server) items(w http.ResponseWriter, r *http.Request) {
	vault, ok := s.vaultOf(w, r)
	if !ok {
		return
	}
	asked, err := parseFilter(r.URL.Query().Get("filter"))
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	found := []any{}
	for _, item := range vault.Items {
		if asked(item.Title, item.Tags) {
			found = append(found, itemBody(vault, item))
		}
	}
	double.WriteJSON(w, http.StatusOK, found)
}

func (s server) item(w http.ResponseWriter, r *http.Request) {
	if vault, item, ok := s.itemOf(w, r); ok {
		double.WriteJSON(w, http.StatusOK, fullItemBody(vault, item))
	}
}

func (s server) files(w http.ResponseWriter, r *http.Request) {
	if _, _, ok := s.itemOf(w, r); ok {
		double.WriteJSON(w, http.StatusOK, []any{})
	}
}

func (s server) vaultOf(w http.ResponseWriter, r *http.Request) (double.Vault, bool) {
	id := r.PathValue("vault")
	if !double.IDForm.MatchString(id) {
		// 1Password/connect#45 has Connect's own words for an id of the wrong form.
		fail(w, http.StatusBadRequest, "Invalid Vault UUID")
		return double.Vault{}, false
	}
	vault, found := s.Stored().Vault(id)
	switch {
	case !found:
		fail(w, http.StatusNotFound, fmt.Sprintf("vault %s not found", id))
	case vault.OutOfScope:
		fail(w, http.StatusForbidden, fmt.Sprintf("vault %s is not in scope", id))
	default:
		return vault, true
	}
	return double.Vault{}, false
}

func (s server) itemOf(w http.ResponseWriter, r *http.Request) (double.Vault, double.Item, bool) {
	vault, ok := s.vaultOf(w, r)
	if !ok {
		return double.Vault{}, double.Item{}, false
	}
	id := r.PathValue("item")
	if !double.IDForm.MatchString(id) {
		fail(w, http.StatusBadRequest, "Invalid Item UUID")
		return double.Vault{}, double.Item{}, false
	}
	item, found := vault.Item(id)
	if !found {
		fail(w, http.StatusNotFound, fmt.Sprintf("item %s not found", id))
	}
	return vault, item, found
}

func fail(w http.ResponseWriter, status int, message string) {
	double.WriteJSON(w, status, map[string]any{"status": status, "message": message})
}

// When nothing was ever edited, everything is as old as the double.
var born = time.Now().UTC().Format(time.RFC3339)

func vaultBody(vault double.Vault) map[string]any {
	return map[string]any{
		"id":               vault.ID,
		"name":             vault.Name,
		"attributeVersion": 1,
		"contentVersion":   1,
		"items":            len(vault.Items),
		"type":             "USER_CREATED",
		"createdAt":        born,
		"updatedAt":        born,
	}
}

func itemBody(vault double.Vault, item double.Item) map[string]any {
	body := map[string]any{
		"id":        item.ID,
		"title":     item.Title,
		"category":  item.Category,
		"vault":     map[string]any{"id": vault.ID},
		"version":   1,
		"createdAt": born,
		"updatedAt": born,
	}
	if len(item.Tags) > 0 {
		body["tags"] = item.Tags
	}
	return body
}

func fullItemBody(vault double.Vault, item double.Item) map[string]any {
	body := itemBody(vault, item)
	fields := []any{}
	for _, field := range item.Fields {
		fields = append(fields, fieldBody(field))
	}
	body["fields"] = fields
	if len(item.Sections) > 0 {
		sections := []any{}
		for _, section := range item.Sections {
			sections = append(sections, map[string]any{"id": section.ID, "label": section.Label})
		}
		body["sections"] = sections
	}
	return body
}

// A field names its section by id alone, and an empty field has no value at all.
func fieldBody(field double.Field) map[string]any {
	body := map[string]any{"id": field.ID, "type": "CONCEALED", "label": field.Label}
	if field.Value != "" {
		body["value"] = field.Value
	}
	if field.Section != "" {
		body["section"] = map[string]any{"id": field.Section}
	}
	return body
}
