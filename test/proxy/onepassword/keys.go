package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/json"
	"math/big"
)

// sealed is an encrypted document: a JWE in 1Password's own spelling.
type sealed struct {
	ContentType string `json:"cty"`
	KeyID       string `json:"kid"`
	Encryption  string `json:"enc"`
	Nonce       string `json:"iv,omitempty"`
	Data        string `json:"data"`
	// How the key is derived, where it is derived from a password.
	Algorithm  string `json:"alg,omitempty"`
	Iterations int    `json:"p2c,omitempty"`
	Salt       string `json:"p2s,omitempty"`
}

const contentType = "b5+jwk+json"

// symmetricKey is a key of AES-256-GCM.
type symmetricKey struct {
	id  string
	key []byte
}

func newSymmetricKey(id string) symmetricKey {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	return symmetricKey{id, key}
}

func (k symmetricKey) jwk() any {
	return map[string]any{
		"kty": "oct", "kid": k.id, "alg": "A256GCM", "k": encoding.EncodeToString(k.key),
		"ext": true, "key_ops": []string{"encrypt", "decrypt"},
	}
}

func (k symmetricKey) seal(document any) (sealed, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return sealed{}, err
	}
	gcm, err := k.gcm()
	if err != nil {
		return sealed{}, err
	}
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce)
	return sealed{
		ContentType: contentType,
		KeyID:       k.id,
		Encryption:  "A256GCM",
		Nonce:       encoding.EncodeToString(nonce),
		Data:        encoding.EncodeToString(gcm.Seal(nil, nonce, text, nil)),
	}, nil
}

func (k symmetricKey) open(document sealed) ([]byte, error) {
	gcm, err := k.gcm()
	if err != nil {
		return nil, err
	}
	nonce, err := encoding.DecodeString(document.Nonce)
	if err != nil {
		return nil, err
	}
	data, err := encoding.DecodeString(document.Data)
	if err != nil {
		return nil, err
	}
	return gcm.Open(nil, nonce, data, nil)
}

func (k symmetricKey) gcm() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// keyset is the pair of keys by which an account reads vaults: what the unlock key decrypts is a symmetric key, which
// decrypts the private key, which decrypts the keys of vaults.
type keyset struct {
	symmetric symmetricKey
	private   *rsa.PrivateKey
}

func newKeyset(id string) (keyset, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	return keyset{newSymmetricKey(id), private}, err
}

// sealKey encrypts a key for those who have the keyset. OAEP is with SHA-1, as its name without a suffix means in JWA.
func (k keyset) sealKey(key symmetricKey) (sealed, error) {
	text, err := json.Marshal(key.jwk())
	if err != nil {
		return sealed{}, err
	}
	data, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, &k.private.PublicKey, text, nil)
	return sealed{
		ContentType: contentType,
		KeyID:       k.symmetric.id,
		Encryption:  "RSA-OAEP",
		Data:        encoding.EncodeToString(data),
	}, err
}

// body is the keyset as an account is given it.
func (k keyset) body(of account) (any, error) {
	symmetric, err := of.unlockKey.seal(k.symmetric.jwk())
	if err != nil {
		return nil, err
	}
	symmetric.Algorithm, symmetric.Iterations, symmetric.Salt = of.auth.Algorithm, of.auth.Iterations, of.auth.Salt
	private, err := k.symmetric.seal(k.privateJWK())
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"uuid":        k.symmetric.id,
		"encryptedBy": of.unlockKey.id,
		"sn":          1,
		"encSymKey":   symmetric,
		"encPriKey":   private,
		"pubKey":      k.publicJWK("encrypt"),
		"encSPriKey":  nil,
		"spubKey":     nil,
	}, nil
}

func (k keyset) publicJWK(use string) map[string]any {
	return map[string]any{
		"kty": "RSA", "kid": k.symmetric.id, "alg": "RSA-OAEP", "ext": true, "key_ops": []string{use},
		"n": base64Number(k.private.N), "e": base64Number(big.NewInt(int64(k.private.E))),
	}
}

func (k keyset) privateJWK() map[string]any {
	jwk := k.publicJWK("decrypt")
	computed := k.private.Precomputed
	for name, value := range map[string]*big.Int{
		"d": k.private.D, "p": k.private.Primes[0], "q": k.private.Primes[1],
		"dp": computed.Dp, "dq": computed.Dq, "qi": computed.Qinv,
	} {
		jwk[name] = base64Number(value)
	}
	return jwk
}

func base64Number(value *big.Int) string { return encoding.EncodeToString(value.Bytes()) }
