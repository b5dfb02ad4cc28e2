package main

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
)

// scramServer is the other side of the exchange, written from RFC 5802 and not from our client.
type scramServer struct {
	password  string
	firstBare string
	said      string
}

func (s *scramServer) first(clientFirst string) string {
	s.firstBare = strings.TrimPrefix(clientFirst, "n,,")
	_, nonce, _ := strings.Cut(s.firstBare, "r=")
	s.said = "r=" + nonce + "server,s=" + base64.StdEncoding.EncodeToString([]byte("salt-and-pepper!")) + ",i=4096"
	return s.said
}

func (s *scramServer) final(clientFinal string) (string, bool) {
	withoutProof, encoded, _ := strings.Cut(clientFinal, ",p=")
	proof, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(proof) != sha256.Size {
		return "", false
	}
	mac := func(key, data []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write(data)
		return h.Sum(nil)
	}
	salted, _ := pbkdf2.Key(sha256.New, s.password, []byte("salt-and-pepper!"), 4096, 32)
	message := []byte(s.firstBare + "," + s.said + "," + withoutProof)
	stored := sha256.Sum256(mac(salted, []byte("Client Key")))
	key := mac(stored[:], message)
	for i := range key {
		key[i] ^= proof[i]
	}
	if sha256.Sum256(key) != stored {
		return "", false
	}
	return "v=" + base64.StdEncoding.EncodeToString(mac(mac(salted, []byte("Server Key")), message)), true
}

func TestScramFollowsTheExampleOfRFC7677(t *testing.T) {
	client := newScramClient("user", "pencil")
	client.nonce = "rOprNGfwEbeRWgbNEkqO"
	if first := client.first(); first != "n,,n=user,r=rOprNGfwEbeRWgbNEkqO" {
		t.Fatal(first)
	}
	answer, err := client.answer("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
	want := "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
	if err != nil || answer != want {
		t.Fatal(answer, err)
	}
	if err := client.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="); err != nil {
		t.Fatal(err)
	}
	if err := client.verify("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="); err == nil {
		t.Fatal("took a wrong signature")
	}
}

func TestScramRefusesMessagesThatAreNotWellFormed(t *testing.T) {
	for _, message := range []string{
		"", "r=", "r=abc,s=AAAA", "r=abc,s=AAAA,i=1", "x=1,r=abcd,s=AAAA,i=1", "r=abcd,s=!,i=1", "r=abcd,s=,i=1",
		"r=abcd,s=AAAA,i=0", "r=abcd,s=AAAA,i=-1", "r=abcd,s=AAAA,i=2000000000", "r=abcd,s=AAAA,i=9999999999999999999", "r=xbcd,s=AAAA,i=1",
	} {
		client := newScramClient("user", "pencil")
		client.nonce = "abc"
		if answer, err := client.answer(message); err == nil {
			t.Errorf("%q was answered by %q", message, answer)
		}
	}
	if err := newScramClient("user", "pencil").verify("v="); err == nil {
		t.Error("took an empty signature before the exchange")
	}
}

func TestScramEscapesTheUser(t *testing.T) {
	if first := newScramClient("a=b,c", "x").first(); !strings.HasPrefix(first, "n,,n=a=3Db=2Cc,r=") {
		t.Error(first)
	}
}

func FuzzScram(f *testing.F) {
	f.Add("r=abcd,s=AAAA,i=1", "v=AAAA")
	f.Add("r=abcd,s=AAAA,i=1,m=x", "e=other-error")
	f.Fuzz(func(t *testing.T, first, final string) {
		client := newScramClient("user", "pencil")
		client.nonce = "abc"
		if _, err := client.answer(first); err != nil {
			return
		}
		if client.verify(final) == nil {
			t.Error("took a signature made without the password")
		}
	})
}
