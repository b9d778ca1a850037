package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"gisd/spatial"
)

// keyMark opens every API key, so that scanners of public code find a lost one.
const keyMark = "gisd_"

// prefixLength is how much of a key is kept to recognise it by.
const prefixLength = len(keyMark) + 8

// token returns 256 random bits as text.
func token() (string, error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("auth: read random bytes: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// NewKey makes an API key. The key is returned once; the record holds its
// SHA-256 and prefix, and the caller fills in the rest.
func NewKey() (key string, record spatial.APIKey, err error) {
	secret, err := token()
	if err != nil {
		return "", record, err
	}
	key = keyMark + secret
	record.Prefix = key[:prefixLength]
	record.SHA256 = sha256.Sum256([]byte(key))
	return key, record, nil
}

// NewPassword makes a password for an account that nobody chose one for.
func NewPassword() (string, error) {
	secret, err := token()
	if err != nil {
		return "", err
	}
	// 20 characters of base64 are 120 bits; the two that are hard to read or to
	// mark by a double click are replaced.
	return strings.NewReplacer("-", "x", "_", "y").Replace(secret[:20]), nil
}
