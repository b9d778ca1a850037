package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"gisd/spatial"
)

// The cost of one argon2id hash: 19 MiB, two passes, one lane (OWASP's first
// choice), about 20 ms.
const (
	argonMemoryKiB = 19 * 1024
	argonTime      = 2
	argonLanes     = 1
	saltBytes      = 16
	hashBytes      = 32
)

// What a password may be: length in characters, upper bound in bytes.
const (
	MinPasswordLength = 10
	maxPasswordBytes  = 1024
)

// absentHash is verified when there is no such user, so that the answer takes
// as long as for a wrong password. Its password is unknown to everybody.
const absentHash = "$argon2id$v=19$m=19456,t=2,p=1$Z2lzZC1ub2JvZHktaGVyZQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// HashPassword returns the argon2id hash in PHC string format. CodeInvalid when
// the password is too short or too long.
func HashPassword(password string) (string, error) {
	if utf8.RuneCountInString(password) < MinPasswordLength || len(password) > maxPasswordBytes {
		return "", spatial.Invalid("auth: hash password", fmt.Sprintf(
			"A password has at least %d characters and at most %d bytes.", MinPasswordLength, maxPasswordBytes))
	}
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("auth: read random bytes: %w", err)
	}
	sum := argon2.IDKey([]byte(password), salt, argonTime, argonMemoryKiB, argonLanes, hashBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		argonMemoryKiB, argonTime, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// VerifyPassword reports whether the password made the hash. An error means
// that the hash itself is broken.
func VerifyPassword(hash, password string) (bool, error) {
	broken := errors.New("auth: the stored password hash is not argon2id in PHC format")
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, broken
	}
	var version, memory, passes, lanes int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, broken
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false, broken
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	want, sumErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || sumErr != nil || len(want) == 0 || memory < 8 || memory > 1<<20 || passes < 1 || passes > 20 || lanes < 1 || lanes > 16 {
		return false, broken
	}
	if len(password) > maxPasswordBytes {
		password = "" // never hashed by HashPassword: costs the same and fails
	}
	got := argon2.IDKey([]byte(password), salt, uint32(passes), uint32(memory), uint8(lanes), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}
