package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
)

// The group of the method SRPg-4096: the 4096-bit prime of RFC 3526 with the generator 5.
var (
	prime = fromHex("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
		"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
		"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F" +
		"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
		"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510" +
		"15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7" +
		"ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C" +
		"BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A92108011A723C12A787E6D7" +
		"88719A10BDBA5B2699C327186AF4E23C1A946834B6150BDA2583E9CA2AD44CE8DBBBC2DB04DE8EF92E8EFC141FBECAA6" +
		"287C59474E6BC05D99B2964FA090C3A2233BA186515BE7ED1F612970CEE2D7AFB81BDD762170481CD0069127D5B05AA9" +
		"93B4EA988D8FDDC186FFB7DC90A6C08F4DF435C934063199FFFFFFFFFFFFFFFF")
	generator = big.NewInt(5)
)

// exchange is the server's side of a key exchange as in RFC 5054, with SHA-256.
type exchange struct {
	theirs *big.Int // A
	ours   *big.Int // B
	key    []byte   // K, once both values are known
}

// begin answers the client's public value with one of our own.
func begin(theirs *big.Int, of account) exchange {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // which never fails
	secret := number(random)
	verifier := power(generator, of.srpX)
	multiplier := number(hash(prime.Bytes(), padded(generator)))
	ours := new(big.Int).Mul(multiplier, verifier)
	ours.Add(ours, power(generator, secret)).Mod(ours, prime)
	scramble := number(hash(padded(theirs), padded(ours)))
	shared := new(big.Int).Mul(theirs, power(verifier, scramble))
	shared = power(shared.Mod(shared, prime), secret)
	return exchange{theirs: theirs, ours: ours, key: hash([]byte(shared.Text(16)))}
}

// publicValue is B as it is sent. The client reads bytes: it stops at an odd number of digits.
func (e exchange) publicValue() string { return hex.EncodeToString(e.ours.Bytes()) }

// theirProof is what a client sends that has the same key: H(H(N) xor H(g), H(I), salt, A, B, K).
func (e exchange) theirProof(of account) []byte {
	group := hash(prime.Bytes())
	for i, part := range hash(generator.Bytes()) {
		group[i] ^= part
	}
	identity := encoding.EncodeToString(hash(hash([]byte(of.secretKey.id)), hash([]byte(of.email))))
	return hash(group, hash([]byte(identity)), of.salt, e.theirs.Bytes(), e.ours.Bytes(), e.key)
}

// ourProof shows the client that we have it too.
func (e exchange) ourProof(theirProof []byte) []byte {
	return hash(e.theirs.Bytes(), theirProof, e.key)
}

func hash(parts ...[]byte) []byte {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write(part)
	}
	return sum.Sum(nil)
}

func power(base, exponent *big.Int) *big.Int { return new(big.Int).Exp(base, exponent, prime) }

func number(bytes []byte) *big.Int { return new(big.Int).SetBytes(bytes) }

func padded(value *big.Int) []byte { return value.FillBytes(make([]byte, len(prime.Bytes()))) }

func fromHex(text string) *big.Int {
	value, ok := new(big.Int).SetString(text, 16)
	if !ok {
		panic("not hexadecimal: " + text)
	}
	return value
}
