package main

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	onepassword "github.com/1password/onepassword-sdk-go"

	"centaur-chart/test/proxy/double"
)

const vaults = `[
	{"name": "Engineering EU", "id": "engineeringengineeringengi", "items": [
		{"title": "WAREHOUSE_API_KEY", "fields": [{"label": "credential", "value": "from the warehouse"}]},
		{"title": "twice"}, {"title": "twice"},
		{"title": "EMPTY", "fields": [{"label": "credential", "value": ""}]},
		{"title": "named", "id": "itemitemitemitemitemitemit", "sections": [{"id": "s1", "label": "Production"}],
			"fields": [{"label": "key", "value": "in a section", "section": "s1"}]}
	]},
	{"name": "Elsewhere", "id": "othersothersothersothersot", "outOfScope": true}
]`

// serviceAccount is a token of the test, with another private value for the key exchange where it is to be a wrong one.
func serviceAccount(t *testing.T, email, srpX string) string {
	t.Helper()
	document, err := json.Marshal(map[string]any{
		"signInAddress": "engineering.1password.com",
		"email":         email,
		"secretKey":     "A3-ABCDEF-GHJKLM-NPQRS-TVWXY-Z2345-6789A",
		"srpX":          srpX,
		"muk":           newSymmetricKey("mp").jwk(),
		"userAuth":      userAuth{"SRPg-4096", "PBES2g-HS256", 650_000, base64.RawURLEncoding.EncodeToString([]byte("0123456789abcdef"))},
		"throttleSecret": map[string]string{
			"seed": strings.Repeat("ab12", 16),
			"uuid": "THROTTLETHROTTLETHROTTLETH",
		},
		"deviceUuid": "devicedevicedevicedevicede",
	})
	if err != nil {
		t.Fatal(err)
	}
	return "ops_" + base64.RawURLEncoding.EncodeToString(document)
}

// The client that the proxy itself uses signs in to the double and reads it as it does 1Password.
func TestOfficialClientReadsTheDouble(t *testing.T) {
	token := serviceAccount(t, "robot@1passwordserviceaccounts.com", strings.Repeat("0123", 16))
	data, err := double.ReadData(strings.NewReader(`{"token": "` + token + `", "vaults": ` + vaults + `}`))
	if err != nil {
		t.Fatal(err)
	}
	served, err := newServer(data, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	standIn(t, served.api())
	signedIn := func(t *testing.T) *onepassword.Client {
		client, err := signIn(token)
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	t.Run("the first reference names a vault by its id", func(t *testing.T) {
		// A client that has seen no vault yet asks otherwise than one that has.
		got, err := signedIn(t).Secrets().Resolve(t.Context(), "op://engineeringengineeringengi/WAREHOUSE_API_KEY/credential")
		if err != nil || got != "from the warehouse" {
			t.Errorf("got %q, %v", got, err)
		}
	})
	client := signedIn(t)
	for reference, wanted := range map[string]string{
		"op://Engineering EU/WAREHOUSE_API_KEY/credential":             "from the warehouse",
		"op://engineeringengineeringengi/WAREHOUSE_API_KEY/credential": "from the warehouse",
		"op://Engineering EU/named/Production/key":                     "in a section",
		"op://Engineering EU/itemitemitemitemitemitemit/s1/key":        "in a section",
		"op://Engineering EU/EMPTY/credential":                         "",
	} {
		t.Run(reference, func(t *testing.T) {
			got, err := client.Secrets().Resolve(t.Context(), reference)
			if err != nil || got != wanted {
				t.Errorf("got %q, %v; want %q", got, err, wanted)
			}
		})
	}
	for reference, says := range map[string]string{
		"op://Nowhere/WAREHOUSE_API_KEY/credential":  "no vault matched the secret reference query",
		"op://Elsewhere/anything/credential":         "no vault matched the secret reference query",
		"op://Engineering EU/NOTHING/credential":     "no item matched the secret reference query",
		"op://Engineering EU/twice/credential":       "more than one item matched the secret reference query",
		"op://Engineering EU/WAREHOUSE_API_KEY/nope": "the specified field cannot be found within the item",
	} {
		t.Run(reference+" is refused", func(t *testing.T) {
			if got, err := client.Secrets().Resolve(t.Context(), reference); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("got %q, %v; want %q", got, err, says)
			}
		})
	}
	t.Run("a wrong token is refused", func(t *testing.T) {
		for _, wrong := range []string{
			serviceAccount(t, "robot@1passwordserviceaccounts.com", strings.Repeat("4567", 16)),
			serviceAccount(t, "another@1passwordserviceaccounts.com", strings.Repeat("0123", 16)),
		} {
			if _, err := signIn(wrong); err == nil || !strings.Contains(err.Error(), "you are not authenticated") {
				t.Errorf("got %v", err)
			}
		}
	})
}

// One number in sixteen begins with a zero, of which the client would miss the digit.
func TestPublicValuesAreWholeBytes(t *testing.T) {
	known, err := readToken(serviceAccount(t, "robot@1passwordserviceaccounts.com", strings.Repeat("0123", 16)))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if value := begin(generator, known).publicValue(); len(value)%2 != 0 {
			t.Fatalf("%d digits", len(value))
		}
	}
}

// standIn leads every host that the SDK asks to the handler, which is all that is changed around it.
func standIn(t *testing.T, handler http.Handler) {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	usual := http.DefaultTransport
	http.DefaultTransport = &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		},
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	t.Cleanup(func() {
		http.DefaultTransport = usual
		server.Close()
	})
}

func signIn(token string) (*onepassword.Client, error) {
	return onepassword.NewClient(
		context.Background(),
		onepassword.WithServiceAccountToken(token),
		onepassword.WithIntegrationInfo("centaur-chart", "v1.0.0"),
	)
}
