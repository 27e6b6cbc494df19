package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"

	"centaur-chart/test/proxy/double"
)

// session is a client that is signing in, and then one that has. It ends with the token that it began with.
type session struct {
	id    string
	token string
	account
	exchange
	// confirmed says that the client has shown that it came to the same key.
	confirmed bool
}

func (s *session) key() symmetricKey { return symmetricKey{s.id, s.exchange.key} }

type sessions struct {
	mu   sync.Mutex
	byID map[string]*session
}

func (s *sessions) open(token string, of account) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	id := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random)
	s.byID[id] = &session{id: id, token: token, account: of}
	return s.byID[id]
}

func (s *sessions) of(r *http.Request) (*session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.byID[r.Header.Get("X-AgileBits-Session-ID")]
	if !ok {
		return nil, refusal(http.StatusUnauthorized)
	}
	return found, nil
}

// refusal is the status of a request that gets no answer.
type refusal int

func (r refusal) Error() string { return http.StatusText(int(r)) }

// start tells a client, by the account that it says it has, how keys are exchanged.
func (s server) start(r *http.Request) (any, error) {
	var asked struct {
		Email  string `json:"email"`
		Format string `json:"skFormat"`
		ID     string `json:"skid"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, refusal(http.StatusBadRequest)
	}
	token := s.Stored().Token
	known, err := readToken(token)
	if err != nil || asked.Email != known.email || (secretKey{asked.Format, asked.ID}) != known.secretKey {
		return nil, refusal(http.StatusUnauthorized)
	}
	return map[string]any{
		"status":           "ok",
		"sessionID":        s.sessions.open(token, known).id,
		"accountKeyFormat": known.secretKey.format,
		"accountKeyUuid":   known.secretKey.id,
		"userAuth":         known.auth,
	}, nil
}

// exchange takes the client's public value and gives the server's.
func (s server) exchange(r *http.Request) (any, error) {
	session, err := s.sessions.of(r)
	if err != nil {
		return nil, err
	}
	var asked struct {
		Value string `json:"userA"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, refusal(http.StatusBadRequest)
	}
	theirs, isNumber := new(big.Int).SetString(asked.Value, 16)
	if !isNumber || new(big.Int).Mod(theirs, prime).Sign() == 0 {
		return nil, refusal(http.StatusBadRequest)
	}
	session.exchange = begin(theirs, session.account)
	return map[string]string{"userB": session.publicValue()}, nil
}

// confirm compares proofs that both sides came to one key, which they only do when both know the same account.
func (s server) confirm(r *http.Request) (any, error) {
	session, err := s.sessions.of(r)
	if err != nil {
		return nil, err
	}
	var asked struct {
		Proof string `json:"clientVerifyHash"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || session.theirs == nil {
		return nil, refusal(http.StatusBadRequest)
	}
	proof := session.theirProof(session.account)
	if asked.Proof != encoding.EncodeToString(proof) {
		return nil, refusal(http.StatusUnauthorized)
	}
	session.confirmed = true
	return map[string]string{"serverVerifyHash": encoding.EncodeToString(session.ourProof(proof))}, nil
}

// complete is the first request that is signed and encrypted.
func (s server) complete(session *session, r *http.Request) (any, error) {
	var body sealed
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, refusal(http.StatusBadRequest)
	}
	if _, err := session.key().open(body); err != nil {
		return nil, refusal(http.StatusBadRequest)
	}
	return map[string]string{"userUuid": userID}, nil
}

// plain answers without encryption, as long as there is no key to encrypt with.
func plain(answer func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := answer(r)
		var refused refusal
		switch {
		case errors.As(err, &refused):
			fail(w, int(refused), refused.Error())
		case err != nil:
			fail(w, http.StatusInternalServerError, err.Error())
		default:
			double.WriteJSON(w, http.StatusOK, body)
		}
	}
}

// signedIn lets only requests of sessions through that have confirmed their key and signed the request with it, and
// encrypts what they are answered.
func (s server) signedIn(answer func(session *session, r *http.Request) (any, error)) http.HandlerFunc {
	return plain(func(r *http.Request) (any, error) {
		session, err := s.sessions.of(r)
		if err != nil {
			return nil, err
		}
		if !session.confirmed || session.token != s.Stored().Token || !session.signed(r) {
			return nil, refusal(http.StatusUnauthorized)
		}
		document, err := answer(session, r)
		if err != nil {
			return nil, err
		}
		return session.key().seal(document)
	})
}

// signed says whether a request has the right MAC: v1, the number of the request, and twelve bytes of an HMAC over both
// and what is asked for. The text from which its key is made is 1Password's.
func (s *session) signed(r *http.Request) bool {
	version, number, _ := strings.Cut(r.Header.Get("X-AgileBits-MAC"), "|")
	number, given, _ := strings.Cut(number, "|")
	key := mac(s.exchange.key, "He never wears a Mac, in the pouring rain. Very strange.")
	asked := fmt.Sprintf("%s|%s|%s%s?%s|v1|%s", s.id, r.Method, r.Host, r.URL.Path, r.URL.RawQuery, number)
	return version == "v1" && given == encoding.EncodeToString(mac(key, asked)[:12])
}

func mac(key []byte, message string) []byte {
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(message))
	return sum.Sum(nil)
}
