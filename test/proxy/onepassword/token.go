package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// account is a service account, as its token describes it: `ops_` and a JSON document in base64url. The real servers know
// of it the verifier and the encrypted keys alone; the double makes those from the token that a test stores.
type account struct {
	email     string
	secretKey secretKey
	auth      userAuth
	salt      []byte
	// srpX is the private value of the key exchange, which people derive from their password.
	srpX *big.Int
	// unlockKey encrypts the account's own keys.
	unlockKey symmetricKey
}

// secretKey is what the server may know of a Secret Key, A3-ABCDEF-…: its version and its id.
type secretKey struct{ format, id string }

type userAuth struct {
	Method     string `json:"method"`
	Algorithm  string `json:"alg"`
	Iterations int    `json:"iterations"`
	Salt       string `json:"salt"`
}

var encoding = base64.RawURLEncoding

func readToken(token string) (account, error) {
	text, hasPrefix := strings.CutPrefix(token, "ops_")
	if !hasPrefix {
		return account{}, fmt.Errorf("a service account's token begins with ops_")
	}
	document, err := encoding.DecodeString(text)
	if err != nil {
		return account{}, err
	}
	var given struct {
		Email     string   `json:"email"`
		SecretKey string   `json:"secretKey"`
		UserAuth  userAuth `json:"userAuth"`
		SrpX      string   `json:"srpX"`
		UnlockKey struct {
			ID  string `json:"kid"`
			Key string `json:"k"`
		} `json:"muk"`
	}
	if err := json.Unmarshal(document, &given); err != nil {
		return account{}, err
	}
	x, err := hex.DecodeString(given.SrpX)
	if err != nil {
		return account{}, err
	}
	salt, err := encoding.DecodeString(given.UserAuth.Salt)
	if err != nil {
		return account{}, err
	}
	unlock, err := encoding.DecodeString(given.UnlockKey.Key)
	if err != nil {
		return account{}, err
	}
	format, rest, _ := strings.Cut(given.SecretKey, "-")
	id, _, _ := strings.Cut(rest, "-")
	return account{
		email:     given.Email,
		secretKey: secretKey{format, id},
		auth:      given.UserAuth,
		salt:      salt,
		srpX:      number(x),
		unlockKey: symmetricKey{id: given.UnlockKey.ID, key: unlock},
	}, nil
}
