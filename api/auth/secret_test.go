package auth_test

import (
	"strings"
	"testing"

	"gisd/api/auth"
	"gisd/spatial"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	hash, err := auth.HashPassword(password)
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", hash, err)
	}
	if ok, err := auth.VerifyPassword(hash, password); !ok || err != nil {
		t.Errorf("the right password: %v, %v", ok, err)
	}
	if ok, err := auth.VerifyPassword(hash, password+"x"); ok || err != nil {
		t.Errorf("a wrong password: %v, %v", ok, err)
	}
	for _, short := range []string{"", "short", strings.Repeat("x", 2000)} {
		if _, err := auth.HashPassword(short); spatial.CodeOf(err) != spatial.CodeInvalid {
			t.Errorf("%.10q: %v", short, err)
		}
	}
	for _, broken := range []string{"", "x", "$argon2i$v=19$m=1,t=1,p=1$AA$AA", "$argon2id$v=19$m=99999999,t=1,p=1$AA$AA", "$argon2id$v=19$m=64,t=1,p=1$AA$"} {
		if ok, err := auth.VerifyPassword(broken, ""); ok || err == nil {
			t.Errorf("%q: %v, %v", broken, ok, err)
		}
	}
}

func TestNewKey(t *testing.T) {
	t.Parallel()
	a, record, err := auth.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := auth.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if a == b || len(a) != 48 || !strings.HasPrefix(a, record.Prefix) || strings.Contains(record.Prefix, a[20:]) {
		t.Errorf("%q %q %+v", a, b, record)
	}
}
